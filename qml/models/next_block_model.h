// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QObject>
#include <QString>

namespace tipwatch {

/// The very next block, transaction by transaction, and in figures. The figures follow every update, the transactions at most once a second: what
/// moves all the time cannot be looked at. A found block shows at once.
class NextBlockModel : public QObject, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY changed)
    /// Nothing waits for it.
    Q_PROPERTY(bool empty READ empty NOTIFY changed)
    /// Something does, but its transactions are not here yet.
    Q_PROPERTY(bool reading READ reading NOTIFY changed)
    Q_PROPERTY(QString count READ count NOTIFY changed)
    Q_PROPERTY(QString size READ size NOTIFY changed)
    Q_PROPERTY(QString fullness READ fullness NOTIFY changed)
    Q_PROPERTY(QString fees READ fees NOTIFY changed)
    /// The lowest and the highest feerate, sat/vB.
    Q_PROPERTY(double lowest READ lowest NOTIFY changed)
    Q_PROPERTY(double highest READ highest NOTIFY changed)
    Q_PROPERTY(QString lowestText READ lowestText NOTIFY changed)
    Q_PROPERTY(QString highestText READ highestText NOTIFY changed)
    /// The block in a sentence, for a screen reader.
    Q_PROPERTY(QString spoken READ spoken NOTIFY changed)

public:
    static constexpr int intervalMs = 1000; ///< between two lists of transactions

    using QObject::QObject;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    DataStatus::Value status() const { return m_status; }
    bool empty() const { return m_figures.count == 0; }
    bool reading() const { return !empty() && !m_shown; }
    QString count() const;
    QString size() const;
    QString fullness() const;
    QString fees() const;
    double lowest() const { return m_figures.feerateRange.front().value; }
    double highest() const { return m_figures.feerateRange.back().value; }
    QString lowestText() const;
    QString highestText() const;
    QString spoken() const;

    /// In the order of their txids; null: not known yet.
    const ProjectedTransactions &transactions() const { return m_shown; }
    /// Unix ms.
    std::int64_t now() const { return m_now; }

Q_SIGNALS:
    void changed();
    void transactionsChanged();

private:
    void show();

    DataStatus::Value m_status = DataStatus::Unknown;
    ProjectedBlock m_figures;
    ProjectedTransactions m_latest;
    ProjectedTransactions m_shown;
    std::int64_t m_shownAt = 0; ///< Unix ms
    std::int64_t m_now = 0;     ///< Unix ms
};

} // namespace tipwatch
