// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/front_door.h"

#include "server/gateway/gateway_log.h"
#include "server/gateway/reactor/reactor.h"

#include <fcntl.h>

#include <QNetworkInterface>
#include <QTcpSocket>
#include <QWebSocket>

#include <algorithm>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr int backlog = 4096;             ///< connections the kernel keeps for us; it caps this at net.core.somaxconn
constexpr int noDescriptorsPauseMs = 100; ///< before accepting is tried again when the process has none left
const QString subprotocol = u"tipwatch.v1.json"_s;

/// The address a person on the LAN would type: the first real one if we listen on all.
QHostAddress addressForPeople(const QHostAddress &listening)
{
    if (listening != QHostAddress::AnyIPv4 && listening != QHostAddress::Any && listening != QHostAddress::AnyIPv6)
        return listening;
    for (const QHostAddress &address : QNetworkInterface::allAddresses()) {
        if (address.protocol() == QAbstractSocket::IPv4Protocol && !address.isLoopback() && !address.isLinkLocal())
            return address;
    }
    return QHostAddress::LocalHost;
}

std::string urlOf(const QHostAddress &address, quint16 port)
{
    const std::string text = address.toString().toStdString();
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return "http://" + (isV6 ? "[" + text + "]" : text) + ":" + std::to_string(port) + "/";
}

} // namespace

/// A QTcpServer that hands out descriptors, not sockets.
class FrontDoor::Listener final : public QTcpServer {
public:
    explicit Listener(FrontDoor &door) : m_door(door) {}

protected:
    void incomingConnection(qintptr descriptor) override { m_door.accept(descriptor); }

private:
    FrontDoor &m_door;
};

FrontDoor::FrontDoor(const GatewayConfig &config, const HttpDeadlines &deadlines, const Clock &clock, Reactor &reactor)
    : m_config(config), m_deadlines(deadlines), m_clock(clock), m_reactor(reactor),
      m_policy(config.corsOrigins, config.allowedHosts, AccessPolicy::namesOfThisMachine()), m_deadlineTimer(this)
{
    connect(&m_deadlineTimer, &QTimer::timeout, this, &FrontDoor::checkDeadlines);
}

FrontDoor::~FrontDoor() = default;

Result<void> FrontDoor::listen()
{
    const QString name = QString::fromStdString(m_config.listen);
    const QHostAddress address = name == "localhost"_L1 ? QHostAddress(QHostAddress::LocalHost) : QHostAddress(name);
    if (address.isNull())
        return failure("cannot listen on \"" + m_config.listen + "\": not an IP address of this machine");
    m_listener = std::make_unique<Listener>(*this);
    m_listener->setListenBacklogSize(backlog);
    if (!m_listener->listen(address, m_config.httpPort)) {
        const std::string where = m_config.listen + " port " + std::to_string(m_config.httpPort);
        const std::string why = m_listener->errorString().toStdString();
        const bool isTaken = m_listener->serverError() == QAbstractSocket::AddressInUseError;
        m_listener.reset();
        return failure("cannot listen on " + where + ": " + (isTaken ? "another program uses this port" : why));
    }
    // Out of descriptors QTcpServer stops accepting for good.
    connect(m_listener.get(), &QTcpServer::acceptError, this, [this] {
        qCWarning(lcGateway, "websocket.error event=accept reason=\"%s\"", qUtf8Printable(m_listener->errorString()));
        QTimer::singleShot(noDescriptorsPauseMs, m_listener.get(), [l = m_listener.get()] { l->resumeAccepting(); });
    });
    m_webSockets = std::make_unique<QWebSocketServer>(u"Tipwatch"_s, QWebSocketServer::NonSecureMode);
    m_webSockets->setSupportedSubprotocols({subprotocol});
    connect(m_webSockets.get(), &QWebSocketServer::newConnection, this, &FrontDoor::endHandshake);
    m_url = urlOf(addressForPeople(address), m_listener->serverPort());
    return {};
}

void FrontDoor::close()
{
    m_listener.reset();
    m_webSockets.reset();
    m_deadlineTimer.stop();
    for (HttpConnection *connection : std::exchange(m_connections, {}))
        delete connection;
    for (const auto &[socket, since] : std::exchange(m_handshakes, {}))
        delete socket;
}

// --- connections

void FrontDoor::accept(qintptr descriptor)
{
    auto socket = std::make_unique<QTcpSocket>();
    if (!socket->setSocketDescriptor(descriptor))
        return;
    if (m_connections.size() >= maxConnections)
        makeRoom();
    auto *connection = new HttpConnection(
        std::move(socket), m_deadlines, m_clock,
        [this](HttpConnection &c, const RequestHead &head, const HttpReply &reply) { handle(c, head, reply); });
    connection->setParent(this);
    m_connections.insert(connection);
    connect(connection, &HttpConnection::finished, this, [this, connection] { remove(connection); });
    if (!m_deadlineTimer.isActive())
        m_deadlineTimer.start(static_cast<int>(std::clamp<std::int64_t>(m_deadlines.headMs / 10, 10, 1000)));
    connection->start();
}

/// Whoever opens connections and says nothing (slowloris) makes room for the next himself.
void FrontDoor::makeRoom()
{
    const auto longest =
        std::min_element(m_connections.begin(), m_connections.end(), [](const HttpConnection *a, const HttpConnection *b) {
            return a->waitingSince().value_or(INT64_MAX) < b->waitingSince().value_or(INT64_MAX);
        });
    (*longest)->abort();
}

void FrontDoor::remove(HttpConnection *connection)
{
    m_connections.erase(connection);
    connection->deleteLater();
}

void FrontDoor::checkDeadlines()
{
    const std::set<HttpConnection *> connections = m_connections; // some remove themselves
    for (HttpConnection *connection : connections)
        connection->checkDeadline();
    const std::int64_t now = m_clock.steadyMs();
    std::erase_if(m_handshakes, [&](const auto &handshake) {
        if (now - handshake.second < m_deadlines.handshakeMs)
            return false;
        handshake.first->abort();
        handshake.first->deleteLater();
        return true;
    });
    if (m_connections.empty() && m_handshakes.empty())
        m_deadlineTimer.stop();
}

// --- requests

void FrontDoor::handle(HttpConnection &connection, const RequestHead &head, const HttpReply &plainReply)
{
    const HttpReply reply = withCors(head, plainReply);
    std::optional<HttpResponse> refusal = refusalOf(head);
    if (!refusal && (isSocketPath(head.path) || head.wantsWebSocket))
        refusal = refusalOfUpgrade(connection, head);
    if (refusal) {
        qCInfo(lcGateway, "http.refused path=\"%s\" status=%d host=\"%s\" origin=\"%s\"", head.path.c_str(), refusal->status,
               head.host.c_str(), head.origin.c_str());
        reply(std::move(*refusal));
    } else if (head.wantsWebSocket) {
        beginHandshake(connection);
    } else {
        qCDebug(lcGateway, "http.request path=\"%s\"", head.path.c_str());
        m_router.handle({head.path, head.query, head.host, head.ifNoneMatch, {}}, reply);
    }
}

bool FrontDoor::isSocketPath(const std::string &path) const
{
    return path == m_config.path || path == "/socket";
}

std::optional<HttpResponse> FrontDoor::refusalOf(const RequestHead &head) const
{
    if (!m_policy.allowsHost(head.host))
        return HttpResponse::error(403, "host_refused", "this server does not go by that name; add it to the allowed hosts");
    if (head.method != HttpMethod::Get && head.method != HttpMethod::Head) {
        HttpResponse refusal = HttpResponse::error(405, "method_refused", "everything here is read with GET");
        refusal.headers.emplace_back("Allow", "GET, HEAD");
        return refusal;
    }
    return std::nullopt;
}

/// Before the upgrade: protocol.md, "Limits and closing".
std::optional<HttpResponse> FrontDoor::refusalOfUpgrade(const HttpConnection &connection, const RequestHead &head) const
{
    if (!isSocketPath(head.path))
        return HttpResponse::error(404, "not_found", "there is no WebSocket at this path");
    if (!head.wantsWebSocket || head.method != HttpMethod::Get)
        return HttpResponse::text("Expected WebSocket", 400);
    if (head.webSocketVersion != "13") {
        HttpResponse refusal = HttpResponse::error(426, "bad_version", "WebSocket version 13 (RFC 6455) is spoken here");
        refusal.headers.insert(refusal.headers.end(),
                               {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}});
        return refusal;
    }
    if (!head.hasValidWebSocketKey())
        return HttpResponse::error(400, "bad_request", "Sec-WebSocket-Key is 16 bytes in base64");
    if (!m_policy.allowsOrigin(head.origin, head.host))
        return HttpResponse::error(403, "origin_refused", "pages of this origin may not connect; add it to the allowed origins");
    if (connection.hasBytesBehindHead()) // Qt's handshake would swallow them; RFC 6455, 4.1 makes a client wait for the 101
        return HttpResponse::error(400, "bad_request", "nothing may follow before the handshake is answered");
    const std::int64_t clients = m_reactor.counters().clients.load() + static_cast<std::int64_t>(m_handshakes.size());
    if (clients >= m_config.clients.maxConnections) {
        HttpResponse refusal = HttpResponse::error(503, "full", "no more clients are taken now");
        refusal.headers.emplace_back("Retry-After", "10");
        return refusal;
    }
    return std::nullopt;
}

/// Lets pages of the configured origins read the answer.
HttpReply FrontDoor::withCors(const RequestHead &head, const HttpReply &reply) const
{
    if (head.origin.empty() || !m_policy.namesOrigin(head.origin))
        return reply;
    return [reply, origin = head.origin](HttpResponse response) {
        response.headers.insert(response.headers.end(), {{"Access-Control-Allow-Origin", origin},
                                                         {"Access-Control-Expose-Headers", "Tipwatch-Position"},
                                                         {"Vary", "Origin"}});
        reply(std::move(response));
    };
}

// --- WebSocket handshake

void FrontDoor::beginHandshake(HttpConnection &connection)
{
    QTcpSocket *socket = connection.releaseSocket().release();
    remove(&connection);
    socket->setParent(this);
    m_handshakes.emplace(socket, m_clock.steadyMs());
    connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
        if (m_handshakes.erase(socket) > 0)
            socket->deleteLater();
    });
    m_webSockets->handleConnection(socket);
}

/// Qt has written the 101 into its buffer: it goes on the wire, the descriptor to the reactor, and Qt's objects out of the way before
/// they read anything. What the client sends from now on waits in the kernel.
void FrontDoor::endHandshake()
{
    while (QWebSocket *webSocket = m_webSockets->nextPendingConnection()) {
        webSocket->deleteLater();
        // QWebSocket keeps its QTcpSocket to itself, so ours is found by its two ends.
        const auto handshake = std::find_if(m_handshakes.begin(), m_handshakes.end(), [&](const auto &h) {
            return h.first->peerPort() == webSocket->peerPort() && h.first->peerAddress() == webSocket->peerAddress() &&
                   h.first->localAddress() == webSocket->localAddress();
        });
        if (handshake == m_handshakes.end())
            continue;
        QTcpSocket *socket = handshake->first;
        m_handshakes.erase(handshake);
        socket->disconnect(this);
        socket->flush();
        const int descriptor =
            socket->bytesToWrite() == 0 ? ::fcntl(static_cast<int>(socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0) : -1;
        socket->abort(); // closes Qt's descriptor without a word to the other side, because ours is open
        if (descriptor < 0)
            qCWarning(lcGateway, "websocket.error event=handshake reason=\"the answer could not be sent\"");
        else
            m_reactor.adopt(descriptor);
        socket->deleteLater();
    }
}

} // namespace tipwatch
