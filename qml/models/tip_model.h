// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QObject>
#include <QString>

namespace tipwatch {

/// The head of the chain and how long ago it came.
class TipModel : public QObject, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY changed)
    Q_PROPERTY(QString height READ height NOTIFY changed)
    Q_PROPERTY(QString hash READ hash NOTIFY changed)
    Q_PROPERTY(QString minedAt READ minedAt NOTIFY changed)
    Q_PROPERTY(QString miner READ miner NOTIFY changed)
    Q_PROPERTY(QString difficulty READ difficulty NOTIFY changed)
    /// Headers the node has above the tip; empty if none.
    Q_PROPERTY(QString headersAhead READ headersAhead NOTIFY changed)
    /// "1,318 of 2,016": blocks of the present difficulty period; empty where there are no periods (regtest).
    Q_PROPERTY(QString periodText READ periodText NOTIFY changed)
    Q_PROPERTY(double periodFraction READ periodFraction NOTIFY changed)
    /// "+1.91 % in 832 blocks": what the next period is expected to bring; empty where that is not known.
    Q_PROPERTY(QString changeText READ changeText NOTIFY changed)
    Q_PROPERTY(QString halvingText READ halvingText NOTIFY changed)
    Q_PROPERTY(QString age READ age NOTIFY ageChanged)
    /// 0 to 1: how many of the recent gaps between blocks were shorter than this one has been so far. Negative: too few are known.
    Q_PROPERTY(double ageRank READ ageRank NOTIFY ageChanged)
    Q_PROPERTY(QString ageRankText READ ageRankText NOTIFY ageChanged)

public:
    static constexpr std::size_t enoughGaps = 6; ///< fewer say nothing about what is usual

    using QObject::QObject;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    DataStatus::Value status() const { return m_status; }
    QString height() const;
    QString hash() const;
    QString minedAt() const;
    QString miner() const { return m_miner; }
    QString difficulty() const;
    QString headersAhead() const;
    QString periodText() const;
    double periodFraction() const;
    QString changeText() const;
    QString halvingText() const;
    QString age() const { return m_age; }
    double ageRank() const { return m_ageRank; }
    QString ageRankText() const;

Q_SIGNALS:
    void changed();
    void ageChanged();

private:
    void learnGaps(const std::vector<BlockPtr> &blocks);

    DataStatus::Value m_status = DataStatus::Unknown;
    Tip m_tip;
    DifficultyProgress m_difficulty;
    std::string m_network;
    QString m_miner;
    std::vector<std::int64_t> m_gaps; ///< seconds, ascending
    QString m_age;
    double m_ageRank = -1;
};

} // namespace tipwatch
