// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/alert_desk.h"
#include "server/gateway/gateway.h"
#include "server/history/history.h"
#include "server/sources/node_source.h"
#include "server/sources/peer_locator.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/node/query_desk.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <QObject>

#include <memory>

namespace tipwatch {

/// Everything but the window: source → store → bus → gateway, history, alerts. Lives on one thread, the backend thread, and is used there only.
class Engine : public QObject {
    Q_OBJECT

public:
    /// @p config and @p clock must outlive it. Nothing runs before start().
    Engine(const Config &config, const Clock &clock, PeerLocator locator);
    ~Engine() override;

    /// Serves if it is to, then watches.
    void start();
    /// Says goodbye to the clients (at most about a second) and lets go of the node.
    void stop();

    void setGatewayEnabled(bool enabled);
    void changeGateway(const GatewaySettings &settings);
    const std::vector<AlertRule> &alertRules() const { return m_alerts.rules(); }
    /// See AlertDesk.
    Result<void> setAlertRules(std::vector<AlertRule> rules) { return m_alerts.setRules(std::move(rules)); }

    EventBus &bus() { return m_bus; }
    const ChainStore &store() const { return m_store; }
    /// For questions to the node itself.
    NodeQueries &queries() { return m_desk; }
    HistoryReader &history() { return m_history; }

Q_SIGNALS:
    void gatewayStatusChanged(const tipwatch::GatewayStatus &status);

private:
    const Config &m_config;
    const Clock &m_clock;
    PeerLocator m_locator;
    EventBus m_bus;
    ChainStore m_store;
    QueryDesk m_desk;
    History m_history;
    AlertDesk m_alerts;
    Gateway m_gateway;
    std::unique_ptr<NodeSource> m_source;
};

} // namespace tipwatch
