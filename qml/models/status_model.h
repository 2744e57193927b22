// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QObject>
#include <QString>

namespace tipwatch {

/// Where the data comes from, how far it can be trusted, and how fast it gets onto the screen.
class StatusModel : public QObject, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY changed)
    /// "Live", "Syncing 43 %", "Stale 4 min": the state in a word or two.
    Q_PROPERTY(QString stateText READ stateText NOTIFY changed)
    /// One sentence: what is wrong, or what to know; empty if there is nothing to say.
    Q_PROPERTY(QString reason READ reason NOTIFY changed)
    /// State and reason in one line.
    Q_PROPERTY(QString headline READ headline NOTIFY changed)
    /// Why, where and with how many peers, line by line.
    Q_PROPERTY(QString detail READ detail NOTIFY changed)
    Q_PROPERTY(double progress READ progress NOTIFY changed)
    /// There is a picture to show, however old.
    Q_PROPERTY(bool hasData READ hasData NOTIFY changed)
    Q_PROPERTY(bool simulated READ simulated NOTIFY changed)
    Q_PROPERTY(QString network READ network NOTIFY changed)
    /// Network and version of the node.
    Q_PROPERTY(QString place READ place NOTIFY changed)
    Q_PROPERTY(QString node READ node NOTIFY changed)
    Q_PROPERTY(bool exact READ exact NOTIFY changed)
    /// What the badge says, and the sentence behind it.
    Q_PROPERTY(QString exactText READ exactText NOTIFY changed)
    Q_PROPERTY(QString exactDetail READ exactDetail NOTIFY changed)
    /// Node's word to lit pixels, of the latest update; empty before the first.
    Q_PROPERTY(QString latencyText READ latencyText NOTIFY latencyChanged)

public:
    using QObject::QObject;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    /// @p milliseconds from the node's word to the frame that shows it; told to the window with the next tick.
    void setLatency(double milliseconds) { m_latency = milliseconds; }

    DataStatus::Value status() const { return DataStatus::of(m_source.state, hasData()); }
    QString stateText() const;
    QString reason() const { return QString::fromStdString(m_source.reason); }
    double progress() const { return m_source.progress; }
    bool hasData() const { return m_hasData; }
    bool simulated() const { return m_source.simulated; }
    QString network() const;
    QString place() const;
    QString headline() const;
    QString detail() const;
    QString node() const { return QString::fromStdString(m_source.node); }
    bool exact() const { return m_source.exact; }
    QString exactText() const;
    QString exactDetail() const;
    QString latencyText() const { return m_latencyText; }

Q_SIGNALS:
    void changed();
    void latencyChanged();

private:
    SourceStatus m_source;
    std::int32_t m_peers = 0;
    std::int64_t m_transactions = 0;
    std::int64_t m_now = 0; ///< Unix ms
    QString m_stateText;    ///< as last announced
    QString m_latencyText;
    double m_latency = -1;
    bool m_hasData = false;
};

} // namespace tipwatch
