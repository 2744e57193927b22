// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/engine.h"

#include <QObject>
#include <QThread>

#include <memory>

namespace tipwatch {

/// The engine on a thread of its own. This object lives on the main thread; its signals arrive there.
class Backend : public QObject {
    Q_OBJECT

public:
    /// The engine is there, at rest, when this returns. @p config and @p clock must outlive the backend.
    Backend(const Config &config, const Clock &clock, PeerLocator locator);
    /// Stops the engine and waits for it.
    ~Backend() override;

    /// Returns at once.
    void start();
    void setGatewayEnabled(bool enabled);
    void changeGateway(const GatewaySettings &settings);
    /// Watches for other rules from now on and keeps them; alertRulesChanged() answers.
    void changeAlertRules(const std::vector<AlertRule> &rules);

    /// What was. @p done is called on the main thread, later; not at all once the backend is destroyed.
    void askHistory(HistoryWindow window, HistoryReader::Done done);

    /// The window wants to be told of what these projected blocks are made of: ProjectedTransactionsChanged, and in the snapshot.
    void wantProjected(ProjectedSet blocks);

    /// Readers on other threads connect queued.
    EventBus &bus() { return m_engine->bus(); }
    ChainSnapshotPtr snapshot() const { return m_engine->store().snapshot(); }

Q_SIGNALS:
    void gatewayStatusChanged(const tipwatch::GatewayStatus &status);
    /// Those in force, at the start and whenever they were to be changed. @p error: why they were not; empty: they were.
    void alertRulesChanged(const std::vector<tipwatch::AlertRule> &rules, const QString &error);

private:
    void tellAlertRules(const QString &error);

    QThread m_thread;
    QObject m_host;                   ///< lives on m_thread: what is run in its name runs there
    std::unique_ptr<Engine> m_engine; ///< made and destroyed on m_thread
};

} // namespace tipwatch
