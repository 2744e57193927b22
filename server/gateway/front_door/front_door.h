// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/doorkeeper.h"
#include "server/gateway/front_door/http_connection.h"
#include "server/gateway/front_door/router.h"
#include "server/gateway/front_door/tls_identity.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/error.h"

#include <QObject>
#include <QTcpServer>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace tipwatch {

class Handover;
class Negotiation;
class OpeningHandshakes;
class Reactor;
class TlsBridges;

/// Accepts connections: answers HTTP through the router, and turns upgrades on the socket paths into clients of the reactor.
/// Constructed anywhere, then moved to its thread; everything but url() is called there.
class FrontDoor final : public QObject {
    Q_OBJECT

public:
    /// Whether WebSockets are opened at a path.
    using SocketPaths = std::function<bool(std::string_view path)>;

    /// @p clock, @p reactor and @p bridges must outlive the front door. The router is filled before listen().
    FrontDoor(const GatewayConfig &config, AccessKeysPtr keys, const Clock &clock, Reactor &reactor, TlsBridges &bridges,
              SocketPaths isSocketPath);
    ~FrontDoor() override;

    Router &router() { return m_router; }

    /// Opens the port. @return why not, in words.
    Result<void> listen();

    /// Closes the port and everything that came through it and is still here.
    void close();

    /// For people: "http://192.168.1.7:8787/". Any thread, after listen().
    std::string url() const { return m_url; }
    /// The same; not 0 even if any free one was asked for.
    std::uint16_t port() const { return m_port; }
    /// Where WebSockets are; the same as port() unless they have one of their own.
    std::uint16_t socketPort() const { return m_socketPort; }

private:
    class Listener;

    Result<std::unique_ptr<Listener>> listenOn(const QHostAddress &address, std::uint16_t port, bool forSockets);
    void accept(qintptr descriptor, bool forSockets);
    void makeRoomForTls();
    void makeRoom();
    void remove(HttpConnection *connection);
    void checkDeadlines();

    void handle(HttpConnection &connection, const RequestHead &head, const HttpReply &reply);
    std::optional<HttpResponse> take(HttpConnection &connection, const RequestHead &head, const Visitor &visitor);
    std::optional<HttpResponse> makeClient(HttpConnection &connection, const RequestHead &head, const Visitor &visitor,
                                           const std::optional<Claims> &claims);
    std::optional<HttpResponse> route(HttpConnection &connection, const RequestHead &head, const Visitor &visitor,
                                      const HttpReply &reply);
    bool isAtRightPort(const HttpConnection &connection, bool wantsSocket) const;

    void handOverStream(HttpConnection &connection);

    const GatewayConfig m_config;
    const Clock &m_clock;
    Reactor &m_reactor;
    TlsBridges &m_bridges;
    const SocketPaths m_isSocketPath;
    Doorkeeper m_keeper;
    RateLimiter m_loggedRefusals{60}; ///< so that nobody fills the disk by being refused
    Router m_router;
    std::optional<TlsIdentity> m_identity; ///< nothing: no TLS
    std::unique_ptr<Listener> m_listener;
    std::unique_ptr<Listener> m_socketListener; ///< of websocketPort; null: all is on one port
    std::unique_ptr<Negotiation> m_negotiation; ///< while listening, like the next two
    std::unique_ptr<Handover> m_handover;
    std::unique_ptr<OpeningHandshakes> m_handshakes;
    std::set<HttpConnection *> m_connections; ///< children
    QTimer m_deadlineTimer;                   ///< runs only while there is somebody to watch
    std::string m_url;
    std::uint16_t m_port = 0;
    std::uint16_t m_socketPort = 0;
};

} // namespace tipwatch
