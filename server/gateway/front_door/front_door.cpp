// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/front_door.h"

#include "server/gateway/front_door/handshake_socket.h"
#include "server/gateway/front_door/representation.h"
#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/gateway_log.h"
#include "server/gateway/reactor/reactor.h"

#include <fcntl.h>

#include <QCoreApplication>
#include <QNetworkInterface>
#include <QSslSocket>
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

std::string urlOf(const QHostAddress &address, quint16 port, bool isSecure)
{
    const std::string text = address.toString().toStdString();
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isSecure ? "https://" : "http://") + (isV6 ? "[" + text + "]" : text) + ":" + std::to_string(port) + "/";
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
    m_gzip = std::make_unique<GzipCache>();
    m_webSockets = std::make_unique<QWebSocketServer>(u"Tipwatch"_s, QWebSocketServer::NonSecureMode);
    m_webSockets->setSupportedSubprotocols(subprotocols);
    connect(m_webSockets.get(), &QWebSocketServer::newConnection, this, &FrontDoor::endHandshake);
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
    m_webSockets.reset();
    m_gzip.reset();
    m_deadlineTimer.stop();
    for (HttpConnection *connection : std::exchange(m_connections, {}))
        delete connection;
    for (const auto &[number, handshake] : std::exchange(m_handshakes, {}))
        delete handshake.inQtsHands;
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
    const std::int64_t now = m_clock.steadyMs();
    std::vector<quint16> late;
    for (const auto &[number, handshake] : m_handshakes) {
        if (now - handshake.since >= m_config.http.handshakeTimeout.count())
            late.push_back(number);
    }
    for (const quint16 number : late)
        forgetHandshake(number);
    if (m_connections.empty() && m_handshakes.empty())
        m_deadlineTimer.stop();
}

// --- requests

void FrontDoor::handle(HttpConnection &connection, const RequestHead &head, const HttpReply &plainReply)
{
    const QTcpSocket &socket = connection.socket();
    const Visitor visitor =
        m_keeper.visitorOf(ClientAddress(socket.peerAddress()), socket.peerPort(), connection.isSecure(), head);
    const HttpReply reply = [this, plainReply, head, visitor](HttpResponse response) {
        m_keeper.addFields(head, visitor, response);
        send(head, std::move(response), plainReply);
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

/// In the form that the client asked for; not at all if it has it already.
void FrontDoor::send(const RequestHead &head, HttpResponse response, const HttpReply &reply)
{
    if (response.status != 200 || response.handOver || !isCompressible(response.header("Content-Type"))) {
        if (response.status == 200 && !response.header("ETag").empty() && isListed(head.ifNoneMatch, response.header("ETag")))
            response.status = 304;
        reply(std::move(response));
        return;
    }
    if (response.header("ETag").empty())
        response.headers.emplace_back("ETag", etagOf(response.body()));
    response.addVary("Accept-Encoding");
    const std::string plainTag(response.header("ETag"));
    const bool inGzip = acceptsGzip(head.acceptEncoding) && response.body().size() >= GzipCache::worthIt;
    if (inGzip)
        response.setHeader("ETag", gzipEtagOf(plainTag));
    if (isListed(head.ifNoneMatch, response.header("ETag")))
        response.status = 304;
    if (!inGzip || response.status == 304 || !m_gzip) {
        reply(std::move(response));
        return;
    }
    m_gzip->compress(plainTag, response, [response, plainTag, reply](const GzipCache::Body &body) {
        HttpResponse sent = response;
        if (body) {
            sent.shareBody(body);
            sent.headers.emplace_back("Content-Encoding", "gzip");
        } else {
            sent.setHeader("ETag", plainTag);
        }
        reply(std::move(sent));
    });
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
    beginHandshake(connection, m_config.compression ? *deflate : std::nullopt);
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

void FrontDoor::beginHandshake(HttpConnection &connection, const std::optional<DeflateTerms> &deflate)
{
    const QByteArray head = connection.head();
    while (m_handshakes.contains(++m_lastHandshake)) {}
    const quint16 number = m_lastHandshake;
    Handshake &handshake = m_handshakes[number];
    handshake.since = m_clock.steadyMs();
    handshake.client = connection.takePlace();
    handshake.client.deflateBits = deflate ? deflate->windowBits : 0;
    handshake.deflate = deflate;
    handshake.socket = connection.releaseSocket();
    handshake.socket->skip(head.size());
    handshake.inQtsHands = new HandshakeSocket(head, number, this);
    remove(&connection);
    connect(handshake.socket.get(), &QTcpSocket::disconnected, this, [this, number] { forgetHandshake(number); });
    connect(handshake.inQtsHands, &QTcpSocket::disconnected, this, [this, number] { forgetHandshake(number); });
    m_webSockets->handleConnection(handshake.inQtsHands);
    // Qt looks at it when it is back in its event loop. In a rush that would be after all others who are there.
    QCoreApplication::sendPostedEvents(m_webSockets.get(), QEvent::MetaCall);
}

/// The client has left, or took too long, or Qt would not have it.
void FrontDoor::forgetHandshake(quint16 number)
{
    const auto found = m_handshakes.find(number);
    if (found == m_handshakes.end())
        return;
    Handshake handshake = std::move(found->second);
    m_handshakes.erase(found);
    handshake.inQtsHands->disconnect(this);
    handshake.inQtsHands->deleteLater();
    handshake.socket->disconnect(this);
    handshake.socket->abort();
    handshake.socket.release()->deleteLater(); // this may be its own signal
}

/// Qt has answered: the 101 goes on the wire, the descriptor to the reactor. What the client sends from now on waits in the kernel.
void FrontDoor::endHandshake()
{
    while (QWebSocket *webSocket = m_webSockets->nextPendingConnection()) {
        webSocket->deleteLater();
        const auto found = m_handshakes.find(webSocket->peerPort());
        if (found == m_handshakes.end())
            continue;
        Handshake handshake = std::move(found->second);
        m_handshakes.erase(found);
        handshake.client.subprotocol = webSocket->subprotocol().toStdString();
        handshake.socket->disconnect(this);
        QByteArray answer = handshake.inQtsHands->answer();
        if (handshake.deflate) // of which Qt knows nothing
            answer.insert(answer.size() - 2,
                          "Sec-WebSocket-Extensions: " + QByteArray::fromStdString(handshake.deflate->answer()) + "\r\n");
        handshake.socket->write(answer);
        handshake.inQtsHands->disconnect(this);
        handshake.inQtsHands->deleteLater();
        const std::string remote = handshake.client.ticket.remote();
        if (!handOver(std::move(handshake.socket), std::move(handshake.client),
                      [this](Newcomer newcomer) { m_reactor.adopt(std::move(newcomer)); }))
            qCWarning(lcGateway, "websocket.error event=handshake remote=%s reason=\"the answer could not be sent\"",
                      remote.c_str());
    }
}

/// The head of an event stream is on the wire.
void FrontDoor::handOverStream(HttpConnection &connection)
{
    Newcomer client = connection.takePlace();
    const auto receiver = connection.response().handOver;
    std::unique_ptr<QTcpSocket> socket = connection.releaseSocket();
    remove(&connection);
    handOver(std::move(socket), std::move(client), receiver);
}

/// Takes the descriptor out of @p socket, all that was written to it being on the wire first.
/// @return false if that could not be.
bool FrontDoor::handOver(std::unique_ptr<QTcpSocket> socket, Newcomer client, const std::function<void(Newcomer)> &receiver)
{
    auto *tls = qobject_cast<QSslSocket *>(socket.get());
    if (tls && tls->isEncrypted()) {
        socket.release()->setParent(this);
        carryLater(tls, std::move(client), receiver);
        return true;
    }
    socket->flush();
    if (socket->bytesToWrite() == 0)
        client.fd = ::fcntl(static_cast<int>(socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    socket->abort(); // closes Qt's descriptor without a word to the other side, because ours is open
    socket.release()->deleteLater();
    if (client.fd < 0)
        return false;
    receiver(std::move(client));
    return true;
}

/// @p socket, a child, goes to another thread, and we may be in the middle of one of its signals.
void FrontDoor::carryLater(QSslSocket *socket, Newcomer client, const std::function<void(Newcomer)> &receiver)
{
    QMetaObject::invokeMethod(
        this,
        [this, socket, receiver, moved = std::make_shared<Newcomer>(std::move(client))] {
            socket->setParent(nullptr);
            moved->fd = m_bridges.carry(std::unique_ptr<QSslSocket>(socket));
            if (moved->fd < 0)
                qCWarning(lcGateway, "websocket.error event=handshake remote=%s reason=\"no descriptor is left\"",
                          moved->ticket.remote().c_str());
            else
                receiver(std::move(*moved));
        },
        Qt::QueuedConnection);
}

} // namespace tipwatch
