// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/web_server.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/error.h"
#include "shared/state/gateway_status.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>
#include <string>

namespace tipwatch {

class ChainStore;
class EventBus;
class HistoryReader;
class NodeQueries;

/// Serves the feed to browsers: HTTP and WebSocket on one port, on threads of its own.
/// Lives on the backend thread and is called there only; whoever is elsewhere calls queued.
class Gateway final : public QObject {
    Q_OBJECT

public:
    /// Nothing is opened before start(). All references must outlive the gateway; @p config is copied.
    /// @p queries: for what only the node can tell; null: nobody is asked. Outlives the gateway too.
    Gateway(const GatewayConfig &config, EventBus &bus, const ChainStore &store, const Clock &clock,
            NodeQueries *queries = nullptr, QObject *parent = nullptr);
    /// Stops.
    ~Gateway() override;

    /// Where browsers' questions about the past go. Before start(); @p history must outlive the gateway.
    void setHistory(HistoryReader &history) { m_history = &history; }

    /// Listens and serves. Does nothing if it does already. A failure (port in use, no such address) is returned, stands in
    /// status().error, and leaves everything else running; it may be called again at any time.
    Result<void> start();

    /// Every client gets a close frame (1001), many of them spread over the drain time, and at most a second to answer it; then all sockets
    /// and threads are gone.
    /// Usually returns within milliseconds. start() may follow.
    void stop();

    /// Other settings from now on, served at once if it serves. Clients stay connected, also when the port changes. If it cannot be
    /// (port in use), why is returned and stands in status().error, and everything goes on as before.
    Result<void> change(const GatewaySettings &settings);

    GatewayStatus status() const;

    /// Whether the files that @p config names can be used. @return the setting, the file and the reason if not.
    static Result<void> check(const GatewayConfig &config);

Q_SIGNALS:
    /// At most four times a second while clients come and go.
    void statusChanged(const tipwatch::GatewayStatus &status);

private:
    struct Serving;

    Result<std::unique_ptr<Serving>> serve();
    WebServer::Needs needsOf(const Serving &serving) const;
    Result<void> moveWebServer(const GatewayConfig &before);
    void allowDescriptors() const;
    void clientsChanged();
    void tellInterest();
    void refreshStatus();

    GatewayConfig m_config;
    EventBus &m_bus;
    const ChainStore &m_store;
    const Clock &m_clock;
    NodeQueries *m_queries;
    HistoryReader *m_history = nullptr; ///< null: there is none
    bool m_enabled;
    std::string m_error;
    GatewayStatus m_told; ///< what statusChanged() said last
    QTimer m_statusTimer;
    std::atomic<bool> m_statusIsDue{false}; ///< the timer runs, or is about to
    std::atomic<bool> m_interestIsDue{false};
    std::unique_ptr<Serving> m_serving; ///< null while not listening
};

} // namespace tipwatch
