// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/front_door.h"

#include "server/gateway/front_door/handover.h"
#include "server/gateway/front_door/negotiation.h"
#include "server/gateway/front_door/opening_handshakes.h"
#include "server/gateway/gateway_log.h"
#include "server/gateway/reactor/reactor.h"

#include <QNetworkInterface>
#include <QSslSocket>

#include <algorithm>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr int backlog = 4096;             ///< connections the kernel keeps for us; it caps this at net.core.somaxconn
constexpr int noDescriptorsPauseMs = 100; ///< before accepting is tried again when the process has none left

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

std::string urlOf(const QHostAddress &address, quint16 port, bool isSecure)
{
    const std::string text = address.toString().toStdString();
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isSecure ? "https://" : "http://") + (isV6 ? "[" + text + "]" : text) + ":" + std::to_string(port) + "/";
}

/// The answer to a long poll ends its connection: the next question is the same client's.
bool goesOnPolling(const RequestHead &head)
{
    return head.path == "/api/v1/poll" && queryValue(head.query, "since");
}

} // namespace

/// A QTcpServer that hands out descriptors, not sockets.
class FrontDoor::Listener final : public QTcpServer {
public:
    Listener(FrontDoor &door, bool forSockets) : m_door(door), m_forSockets(forSockets) {}

protected:
    void incomingConnection(qintptr descriptor) override { m_door.accept(descriptor, m_forSockets); }

private:
    FrontDoor &m_door;
    const bool m_forSockets;
};

FrontDoor::FrontDoor(const GatewayConfig &config, AccessKeysPtr keys, const Clock &clock, Reactor &reactor, TlsBridges &bridges,
                     SocketPaths isSocketPath)
    : m_config(config), m_clock(clock), m_reactor(reactor), m_bridges(bridges), m_isSocketPath(std::move(isSocketPath)),
      m_keeper(config, std::move(keys), clock, reactor.addresses()), m_deadlineTimer(this)
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
    if (m_config.tls.enabled) {
        auto identity = TlsIdentity::load(m_config.tls, TlsIdentity::ownDirectory(), m_clock.unixMs() / 1000);
        if (!identity)
            return tl::unexpected(identity.error());
        qCInfo(lcGateway, "tls.enabled self_signed=%s sha256=%s", identity->isSelfSigned ? "true" : "false",
               identity->fingerprint.c_str());
        m_identity = std::move(*identity);
    }
    auto listener = listenOn(address, m_config.httpPort, false);
    if (!listener)
        return tl::unexpected(listener.error());
    if (m_config.websocketPort && (*m_config.websocketPort == 0 || *m_config.websocketPort != m_config.httpPort)) {
        auto socketListener = listenOn(address, *m_config.websocketPort, true);
        if (!socketListener)
            return tl::unexpected(socketListener.error());
        m_socketListener = std::move(*socketListener);
    }
    m_listener = std::move(*listener);
    m_negotiation = std::make_unique<Negotiation>();
    m_handover = std::make_unique<Handover>(m_bridges);
    m_handshakes = std::make_unique<OpeningHandshakes>(
        m_config.http.handshakeTimeout, m_clock, [this](std::unique_ptr<QTcpSocket> socket, Newcomer client) {
            m_handover->give(std::move(socket), std::move(client),
                             [this](Newcomer newcomer) { m_reactor.adopt(std::move(newcomer)); });
        });
    m_port = m_listener->serverPort();
    if (m_socketListener)
        m_keeper.setPagePort(m_port);
    m_socketPort = m_socketListener ? m_socketListener->serverPort() : m_port;
    m_url = urlOf(addressForPeople(address), m_port, m_config.tls.required);
    return {};
}

Result<std::unique_ptr<FrontDoor::Listener>> FrontDoor::listenOn(const QHostAddress &address, std::uint16_t port, bool forSockets)
{
    auto listener = std::make_unique<Listener>(*this, forSockets);
    listener->setListenBacklogSize(backlog);
    if (!listener->listen(address, port)) {
        const std::string why = listener->errorString().toStdString();
        const bool isTaken = listener->serverError() == QAbstractSocket::AddressInUseError;
        return failure("cannot listen on " + m_config.listen + " port " + std::to_string(port) + ": " +
                       (isTaken ? "another program uses this port" : why));
    }
    // Out of descriptors QTcpServer stops accepting for good.
    connect(listener.get(), &QTcpServer::acceptError, this, [l = listener.get()] {
        qCWarning(lcGateway, "websocket.error event=accept reason=\"%s\"", qUtf8Printable(l->errorString()));
        QTimer::singleShot(noDescriptorsPauseMs, l, [l] { l->resumeAccepting(); });
    });
    return listener;
}

void FrontDoor::close()
{
    m_listener.reset();
    m_socketListener.reset();
    m_handshakes.reset();
    m_deadlineTimer.stop();
    for (HttpConnection *connection : std::exchange(m_connections, {}))
        delete connection;
    m_negotiation.reset(); // its answers went to them
    m_handover.reset();
}

// --- connections

void FrontDoor::accept(qintptr descriptor, bool forSockets)
{
    std::unique_ptr<QTcpSocket> socket;
    if (m_identity) {
        auto tls = std::make_unique<QSslSocket>();
        tls->setSslConfiguration(m_identity->configuration);
        socket = std::move(tls);
    } else {
        socket = std::make_unique<QTcpSocket>();
    }
    if (!socket->setSocketDescriptor(descriptor))
        return;
    if (static_cast<std::int64_t>(m_connections.size()) >= m_config.http.maxConnections)
        makeRoom();
    auto *connection = new HttpConnection(
        std::move(socket), m_config.http, m_clock,
        [this](HttpConnection &c, const RequestHead &head, const HttpReply &reply) { handle(c, head, reply); },
        [this](HttpConnection &c) { handOverStream(c); });
    connection->setForSockets(forSockets);
    connection->setParent(this);
    connect(connection, &HttpConnection::securing, this, &FrontDoor::makeRoomForTls);
    m_connections.insert(connection);
    connect(connection, &HttpConnection::finished, this, [this, connection] { remove(connection); });
    if (!m_deadlineTimer.isActive())
        m_deadlineTimer.start(static_cast<int>(std::clamp<std::int64_t>(
            std::min(m_config.http.headTimeout, m_config.http.handshakeTimeout).count() / 10, 10, 1000)));
    connection->start();
}

/// Whoever opens connections and says nothing (slowloris) makes room for the next himself. In a rush many come at once whose requests
/// are there and were only not read yet: those are served.
void FrontDoor::makeRoom()
{
    const auto most = static_cast<std::size_t>(m_config.http.maxConnections);
    for (std::size_t tries = m_connections.size(); m_connections.size() >= most; --tries) {
        HttpConnection *longest =
            *std::min_element(m_connections.begin(), m_connections.end(), [](const HttpConnection *a, const HttpConnection *b) {
                return a->waitingSince().value_or(INT64_MAX) < b->waitingSince().value_or(INT64_MAX);
            });
        if (tries == 0 || !longest->readNow())
            longest->abort();
    }
}

/// The same among those who began a TLS handshake, which costs more than waiting.
void FrontDoor::makeRoomForTls()
{
    HttpConnection *longest = nullptr;
    std::int64_t count = 0;
    for (HttpConnection *connection : m_connections) {
        const auto since = connection->securingSince();
        if (!since)
            continue;
        ++count;
        if (!longest || *since < *longest->securingSince())
            longest = connection;
    }
    if (count > m_config.http.maxHandshakes)
        longest->abort();
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
    m_handshakes->checkDeadlines();
    if (m_connections.empty() && m_handshakes->size() == 0)
        m_deadlineTimer.stop();
}

// --- requests

void FrontDoor::handle(HttpConnection &connection, const RequestHead &head, const HttpReply &plainReply)
{
    const QTcpSocket &socket = connection.socket();
    const Visitor visitor =
        m_keeper.visitorOf(ClientAddress(socket.peerAddress()), socket.peerPort(), connection.isSecure(), head);
    const HttpReply reply = [this, plainReply, head, visitor](HttpResponse response) {
        if (!m_negotiation) // closed meanwhile
            return;
        m_keeper.addFields(head, visitor, response);
        m_negotiation->send(head, std::move(response), plainReply);
    };
    const bool isForSocket = m_isSocketPath(head.path) || head.wantsWebSocket;
    std::optional<HttpResponse> answer = m_keeper.answerAtTheDoor(head, visitor);
    if (!answer && !isAtRightPort(connection, isForSocket))
        answer = HttpResponse::error(404, "not_found", "this is served on another port");
    if (!answer) {
        answer = isForSocket ? take(connection, head, visitor) : route(connection, head, visitor, reply);
    }
    if (answer) {
        if (answer->status >= 400 && m_loggedRefusals.take(visitor.address, m_clock.steadyMs()) == 0)
            qCInfo(lcGateway, "%s remote=%s path=\"%s\" status=%d host=\"%s\" origin=\"%s\"",
                   isForSocket ? "websocket.error event=refused" : "http.refused", visitor.address.toText().c_str(),
                   head.path.c_str(), answer->status, head.host.c_str(), head.origin.c_str());
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
    if (match.access == Router::Access::Data && claims && claims->channels &&
        !(match.channel && claims->channels->contains(*match.channel)))
        return HttpResponse::error(403, "forbidden", "your token does not give access to this");
    if (match.access == Router::Access::Client) {
        if (auto refusal = makeClient(connection, head, visitor, claims))
            return refusal;
    }
    qCDebug(lcGateway, "http.request remote=%s path=\"%s\"", visitor.address.toText().c_str(), head.path.c_str());
    HttpRequest request;
    request.path = head.path;
    request.query = head.query;
    request.host = head.host;
    request.lastEventId = head.lastEventId;
    request.client = visitor.address;
    request.claims = claims;
    request.parameters = std::move(match.parameters);
    match.handler(request, reply);
    return std::nullopt;
}

bool FrontDoor::isAtRightPort(const HttpConnection &connection, bool wantsSocket) const
{
    return !m_socketListener || connection.isForSockets() == wantsSocket;
}

/// Begins the handshake. @return why not.
std::optional<HttpResponse> FrontDoor::take(HttpConnection &connection, const RequestHead &head, const Visitor &visitor)
{
    if (!m_isSocketPath(head.path))
        return HttpResponse::error(404, "not_found", "there is no WebSocket at this path");
    if (auto refusal = m_keeper.refusalOfUpgrade(head))
        return refusal;
    const auto deflate = chooseDeflate(head.webSocketExtensions);
    if (!deflate)
        return HttpResponse::error(deflate.error().status, deflate.error().code, deflate.error().message);
    if (connection.hasBytesBehindHead()) // Qt's handshake would swallow them; RFC 6455, 4.1 makes a client wait for the 101
        return HttpResponse::error(400, "bad_request", "nothing may follow before the handshake is answered");
    if (static_cast<std::int64_t>(m_handshakes->size()) >= m_config.http.maxHandshakes) {
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
    const QByteArray text = connection.head();
    Newcomer client = connection.takePlace();
    std::unique_ptr<QTcpSocket> socket = connection.releaseSocket();
    remove(&connection);
    m_handshakes->begin(std::move(socket), text, std::move(client), m_config.compression ? *deflate : std::nullopt);
    return std::nullopt;
}

/// Gives whoever sent @p head a client's place. @return why not.
std::optional<HttpResponse> FrontDoor::makeClient(HttpConnection &connection, const RequestHead &head, const Visitor &visitor,
                                                  const std::optional<Claims> &claims)
{
    const std::int64_t clients = m_reactor.counters().clients.load() + static_cast<std::int64_t>(m_handshakes->size());
    auto ticket = m_keeper.admit(visitor, clients, !connection.hasServed() && !goesOnPolling(head));
    if (!ticket)
        return std::move(ticket.error());
    Newcomer client;
    client.ticket = std::move(*ticket);
    client.path = head.path;
    client.claims = claims;
    connection.holdPlace(std::move(client));
    return std::nullopt;
}

/// The head of an event stream is on the wire.
void FrontDoor::handOverStream(HttpConnection &connection)
{
    Newcomer client = connection.takePlace();
    const auto receiver = connection.response().handOver;
    std::unique_ptr<QTcpSocket> socket = connection.releaseSocket();
    remove(&connection);
    m_handover->give(std::move(socket), std::move(client), receiver);
}

} // namespace tipwatch
