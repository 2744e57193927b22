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
const QStringList subprotocols{u"tipwatch.v1.json"_s, u"tipwatch.v1.cbor"_s};

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

FrontDoor::FrontDoor(const GatewayConfig &config, AccessKeysPtr keys, const Clock &clock, Reactor &reactor)
    : m_config(config), m_clock(clock), m_reactor(reactor), m_keeper(config, std::move(keys), clock), m_deadlineTimer(this)
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
    m_webSockets->setSupportedSubprotocols(subprotocols);
    connect(m_webSockets.get(), &QWebSocketServer::newConnection, this, &FrontDoor::endHandshake);
    m_port = m_listener->serverPort();
    m_url = urlOf(addressForPeople(address), m_port);
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
    if (static_cast<std::int64_t>(m_connections.size()) >= m_config.http.maxConnections)
        makeRoom();
    auto *connection = new HttpConnection(
        std::move(socket), m_config.http, m_clock,
        [this](HttpConnection &c, const RequestHead &head, const HttpReply &reply) { handle(c, head, reply); },
        [this](HttpConnection &c) { handOverStream(c); });
    connection->setParent(this);
    m_connections.insert(connection);
    connect(connection, &HttpConnection::finished, this, [this, connection] { remove(connection); });
    if (!m_deadlineTimer.isActive())
        m_deadlineTimer.start(static_cast<int>(std::clamp<std::int64_t>(
            std::min(m_config.http.headTimeout, m_config.http.handshakeTimeout).count() / 10, 10, 1000)));
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
        if (now - handshake.second.since < m_config.http.handshakeTimeout.count())
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
    const Visitor visitor =
        m_keeper.visitorOf(ClientAddress(connection.socket().peerAddress()), connection.socket().peerPort(), head);
    const HttpReply reply = [this, plainReply, head](HttpResponse response) {
        m_keeper.addCors(head, response);
        plainReply(std::move(response));
    };
    std::optional<HttpResponse> answer = m_keeper.answerAtTheDoor(head);
    if (!answer) {
        const bool isForSocket = isSocketPath(head.path) || head.wantsWebSocket;
        answer = isForSocket ? take(connection, head, visitor) : route(connection, head, visitor, reply);
    }
    if (answer) {
        if (answer->status >= 400)
            qCInfo(lcGateway, "http.refused remote=%s path=\"%s\" status=%d host=\"%s\" origin=\"%s\"",
                   visitor.address.toText().c_str(), head.path.c_str(), answer->status, head.host.c_str(), head.origin.c_str());
        reply(std::move(*answer));
    }
}

/// Lets the router answer. @return why not.
std::optional<HttpResponse> FrontDoor::route(HttpConnection &connection, const RequestHead &head, const Visitor &visitor,
                                             const HttpReply &reply)
{
    Router::Match match = m_router.find(head.path);
    std::optional<Claims> claims;
    if (match.access == Router::Access::Admin) {
        if (auto refusal = m_keeper.refusalOfAdmin(head))
            return refusal;
    } else if (match.access != Router::Access::Open) {
        auto known = m_keeper.claimsOf(head, m_keeper.requiresTokens());
        if (!known)
            return std::move(known.error());
        claims = *known;
    }
    if (match.access == Router::Access::Client) {
        if (auto refusal = makeClient(connection, head, visitor, claims))
            return refusal;
    }
    qCDebug(lcGateway, "http.request remote=%s path=\"%s\"", visitor.address.toText().c_str(), head.path.c_str());
    HttpRequest request;
    request.path = head.path;
    request.query = head.query;
    request.host = head.host;
    request.ifNoneMatch = head.ifNoneMatch;
    request.lastEventId = head.lastEventId;
    request.client = visitor.address;
    request.claims = claims;
    request.parameters = std::move(match.parameters);
    match.handler(request, reply);
    return std::nullopt;
}

bool FrontDoor::isSocketPath(const std::string &path) const
{
    return path == m_config.path || path == "/socket" || path == "/v1/stream" || path == "/api/ws";
}

/// Begins the handshake. @return why not.
std::optional<HttpResponse> FrontDoor::take(HttpConnection &connection, const RequestHead &head, const Visitor &visitor)
{
    if (!isSocketPath(head.path))
        return HttpResponse::error(404, "not_found", "there is no WebSocket at this path");
    if (auto refusal = m_keeper.refusalOfUpgrade(head))
        return refusal;
    if (connection.hasBytesBehindHead()) // Qt's handshake would swallow them; RFC 6455, 4.1 makes a client wait for the 101
        return HttpResponse::error(400, "bad_request", "nothing may follow before the handshake is answered");
    if (static_cast<std::int64_t>(m_handshakes.size()) >= m_config.http.maxHandshakes) {
        HttpResponse refusal = HttpResponse::error(503, "busy", "too many clients are connecting right now");
        refusal.headers.emplace_back("Retry-After", "1");
        return refusal;
    }
    // Without a token a client may still send one as its first message.
    const auto claims = m_keeper.claimsOf(head, false);
    if (!claims)
        return claims.error();
    if (auto refusal = makeClient(connection, head, visitor, *claims))
        return refusal;
    beginHandshake(connection);
    return std::nullopt;
}

/// Gives whoever sent @p head a client's place. @return why not.
std::optional<HttpResponse> FrontDoor::makeClient(HttpConnection &connection, const RequestHead &head, const Visitor &visitor,
                                                  const std::optional<Claims> &claims)
{
    const std::int64_t clients = m_reactor.counters().clients.load() + static_cast<std::int64_t>(m_handshakes.size());
    auto ticket = m_keeper.admit(visitor, clients, !connection.hasServed());
    if (!ticket)
        return std::move(ticket.error());
    Newcomer client;
    client.ticket = std::move(*ticket);
    client.path = head.path;
    client.claims = claims;
    connection.holdPlace(std::move(client));
    return std::nullopt;
}

// --- WebSocket handshake

void FrontDoor::beginHandshake(HttpConnection &connection)
{
    Newcomer client = connection.takePlace();
    QTcpSocket *socket = connection.releaseSocket().release();
    remove(&connection);
    socket->setParent(this);
    m_handshakes.emplace(socket, Handshake{m_clock.steadyMs(), std::move(client)});
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
        Newcomer client = std::move(handshake->second.client);
        client.subprotocol = webSocket->subprotocol().toStdString();
        m_handshakes.erase(handshake);
        socket->disconnect(this);
        if (!handOver(socket, std::move(client), [this](Newcomer newcomer) { m_reactor.adopt(std::move(newcomer)); }))
            qCWarning(lcGateway, "websocket.error event=handshake reason=\"the answer could not be sent\"");
    }
}

/// The head of an event stream is on the wire.
void FrontDoor::handOverStream(HttpConnection &connection)
{
    Newcomer client = connection.takePlace();
    const auto receiver = connection.response().handOver;
    QTcpSocket *socket = connection.releaseSocket().release();
    remove(&connection);
    handOver(socket, std::move(client), receiver);
}

/// Takes the descriptor out of @p socket, which ends, all that was written to it being on the wire first.
/// @return false if that could not be.
bool FrontDoor::handOver(QTcpSocket *socket, Newcomer client, const std::function<void(Newcomer)> &receiver)
{
    socket->flush();
    if (socket->bytesToWrite() == 0)
        client.fd = ::fcntl(static_cast<int>(socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    socket->abort(); // closes Qt's descriptor without a word to the other side, because ours is open
    socket->deleteLater();
    if (client.fd < 0)
        return false;
    receiver(std::move(client));
    return true;
}

} // namespace tipwatch
