// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/http_connection.h"

#include "server/gateway/gateway_log.h"

#include <sys/socket.h>

#include <QPointer>
#include <QSslSocket>

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::int64_t lingerMs = 2'000;           ///< for the other side to close after our last answer
constexpr std::int64_t receiveRateGraceMs = 2'000; ///< a head's first bytes may come as slowly as they like
constexpr qint64 writeBuffer = 256 * 1024;         ///< of a long answer, so much is copied for the socket at a time

std::string headOf(const HttpResponse &response, std::size_t bodySize, bool keepAlive, std::int64_t unixMs)
{
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += reasonPhrase(response.status);
    head += "\r\nDate: " + httpDate(unixMs) + "\r\nServer: Tipwatch\r\n";
    bool hasPolicy = false;
    for (const auto &[name, value] : response.headers) {
        head += name + ": " + value + "\r\n";
        hasPolicy |= name == "Content-Security-Policy";
    }
    if (!hasPolicy) // pages bring their own
        head += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
    if (response.status != 204 && response.status != 304 && !response.handOver)
        head += "Content-Length: " + std::to_string(bodySize) + "\r\n";
    if (response.status != 426) // which says "Connection: Upgrade"
        head += keepAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    head += "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
            "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
            "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n\r\n";
    return head;
}

} // namespace

HttpConnection::HttpConnection(std::unique_ptr<QTcpSocket> socket, const HttpLimits &limits, const Clock &clock, Handler handler,
                               HandOver handOver)
    : m_socket(std::move(socket)), m_tls(qobject_cast<QSslSocket *>(m_socket.get())), m_limits(limits), m_clock(clock),
      m_handler(std::move(handler)), m_handOver(std::move(handOver)), m_since(clock.steadyMs())
{
    m_socket->setReadBufferSize(2 * m_limits.maxHeadSize); // what a client may push at us unasked
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &HttpConnection::onReadyRead);
    connect(m_socket.get(), &QTcpSocket::bytesWritten, this, &HttpConnection::pump);
    if (m_tls) {
        connect(m_tls, &QSslSocket::encryptedBytesWritten, this, &HttpConnection::pump);
        connect(m_tls, &QSslSocket::encrypted, this, [this] { enter(Phase::Head); });
    }
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &HttpConnection::finish);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &HttpConnection::finish);
}

HttpConnection::~HttpConnection()
{
    if (m_socket)
        m_socket->disconnect(this);
}

void HttpConnection::enter(Phase phase)
{
    m_phase = phase;
    m_since = m_clock.steadyMs();
}

void HttpConnection::finish()
{
    if (m_phase == Phase::Done)
        return;
    m_phase = Phase::Done;
    m_client = {};
    m_socket->disconnect(this);
    Q_EMIT finished();
}

void HttpConnection::abort()
{
    if (m_phase == Phase::Done)
        return;
    finish();
    m_socket->abort();
}

std::unique_ptr<QTcpSocket> HttpConnection::releaseSocket()
{
    m_socket->disconnect(this);
    m_phase = Phase::Done;
    return std::move(m_socket);
}

std::optional<std::int64_t> HttpConnection::securingSince() const
{
    return m_phase == Phase::Securing ? std::optional(m_since) : std::nullopt;
}

bool HttpConnection::isSecure() const
{
    return m_tls && m_tls->isEncrypted();
}

qint64 HttpConnection::unsent() const
{
    return m_socket->bytesToWrite() + (m_tls ? m_tls->encryptedBytesToWrite() : 0);
}

QByteArray HttpConnection::head() const
{
    return m_socket->peek(static_cast<qint64>(m_headSize));
}

bool HttpConnection::hasBytesBehindHead() const
{
    return m_socket->bytesAvailable() > static_cast<qint64>(m_headSize);
}

std::optional<std::int64_t> HttpConnection::waitingSince() const
{
    return m_phase == Phase::Head || m_phase == Phase::Securing || m_phase == Phase::Lingering ? std::optional(m_since)
                                                                                               : std::nullopt;
}

void HttpConnection::checkDeadline()
{
    const std::int64_t waited = m_clock.steadyMs() - m_since;
    switch (m_phase) {
    case Phase::Head:
        if (m_hasBegun && (waited >= m_limits.headTimeout.count() || isDribbling(waited)))
            refuse({408, "too_slow", "the request did not come in time"});
        else if (!m_hasBegun && waited >= (m_hasServed ? m_limits.idleTimeout : m_limits.headTimeout).count())
            abort();
        break;
    case Phase::Securing:
        if (waited >= m_limits.handshakeTimeout.count())
            abort();
        break;
    case Phase::Writing:
        if (waited >= m_limits.writeTimeout.count())
            abort();
        break;
    case Phase::Lingering:
        if (waited >= lingerMs)
            abort();
        break;
    case Phase::Answering:
    case Phase::Done:
        break;
    }
}

/// A byte every now and then keeps a connection busy just below any deadline.
bool HttpConnection::isDribbling(std::int64_t waitedMs) const
{
    return waitedMs >= receiveRateGraceMs && m_socket->bytesAvailable() * 1000 < m_limits.minReceiveRate * waitedMs;
}

bool HttpConnection::readNow()
{
    const bool isWaiting = m_phase == Phase::Head || m_phase == Phase::Securing;
    return isWaiting && m_socket->waitForReadyRead(0);
}

void HttpConnection::onReadyRead()
{
    if (m_phase == Phase::Head && !beginTls())
        readHead();
    else if (m_phase == Phase::Lingering)
        m_socket->readAll();
}

/// A TLS handshake begins with a record of type 22; no HTTP method does.
bool HttpConnection::beginTls()
{
    constexpr char handshakeRecord = 0x16;
    char first = 0;
    if (!m_tls || m_hasServed || m_hasBegun || m_tls->mode() != QSslSocket::UnencryptedMode || m_tls->peek(&first, 1) != 1 ||
        first != handshakeRecord)
        return false;
    enter(Phase::Securing);
    m_tls->startServerEncryption();
    Q_EMIT securing();
    return true;
}

void HttpConnection::readHead()
{
    const QByteArray bytes = m_socket->peek(m_limits.maxHeadSize);
    if (bytes.isEmpty())
        return;
    if (!std::exchange(m_hasBegun, true))
        m_since = m_clock.steadyMs(); // the head has its own deadline
    const std::string_view view(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    m_headSize = RequestHead::sizeIn(view);
    if (m_headSize == 0) {
        if (static_cast<qint64>(view.size()) >= m_limits.maxHeadSize)
            refuse({431, "head_too_large", "the request head is too long"});
        return;
    }
    const auto head = RequestHead::parse(view.substr(0, m_headSize), static_cast<std::size_t>(m_limits.maxHeadSize));
    if (!head) {
        refuse(head.error());
        return;
    }
    enter(Phase::Answering);
    m_client = {};
    const HttpReply reply = [self = QPointer(this), number = ++m_requestNumber, method = head->method,
                             keepAlive = head->keepAlive](HttpResponse response) {
        if (self && self->m_phase == Phase::Answering && self->m_requestNumber == number)
            self->answer(std::move(response), method, keepAlive);
    };
    m_handler(*this, *head, reply);
}

void HttpConnection::refuse(const HttpRefusal &refusal)
{
    qCDebug(lcGateway, "http.refused remote=%s status=%d code=%s", qUtf8Printable(m_socket->peerAddress().toString()),
            refusal.status, std::string(refusal.code).c_str());
    answer(HttpResponse::error(refusal.status, refusal.code, refusal.message), HttpMethod::Get, false);
}

void HttpConnection::answer(HttpResponse response, HttpMethod method, bool keepAlive)
{
    enter(Phase::Writing);
    m_socket->skip(static_cast<qint64>(m_headSize));
    m_response = std::move(response);
    // Whoever is refused gives his place away; after some refusals nobody could say where the next request begins anyhow.
    m_becomesStream = m_response.handOver && method != HttpMethod::Head;
    m_keepAlive = keepAlive && !m_response.handOver && (m_response.status < 400 || m_response.status == 404);
    const std::string head = headOf(m_response, m_response.body().size(), m_keepAlive, m_clock.unixMs());
    m_bodySize = method == HttpMethod::Head || m_response.status == 304 ? 0 : m_response.body().size();
    m_written = 0;
    m_socket->write(head.data(), static_cast<qint64>(head.size()));
    pump();
}

/// Hands the socket no more of a long body than it can get rid of soon.
void HttpConnection::pump()
{
    if (m_phase != Phase::Writing)
        return;
    m_since = m_clock.steadyMs();
    while (m_written < m_bodySize && unsent() < writeBuffer) {
        const std::size_t size = std::min<std::size_t>(m_bodySize - m_written, writeBuffer);
        if (m_socket->write(m_response.body().data() + m_written, static_cast<qint64>(size)) < 0)
            return; // an error signal follows
        m_written += size;
    }
    if (m_written == m_bodySize && unsent() == 0)
        answered();
}

void HttpConnection::answered()
{
    if (m_becomesStream) {
        // Not from here: QSslSocket goes on after the signal that led here, and must not be in another thread's hands, or gone, by then.
        enter(Phase::Answering);
        ++m_requestNumber;
        const auto handOver = [this] {
            if (m_phase == Phase::Answering)
                m_handOver(*this);
        };
        QMetaObject::invokeMethod(this, handOver, Qt::QueuedConnection);
        return;
    }
    m_client = {};
    m_response = HttpResponse();
    m_hasServed = true;
    m_hasBegun = false;
    m_headSize = 0;
    if (m_keepAlive) {
        enter(Phase::Head);
        // Not from here: a hundred pipelined requests would stand on the stack.
        if (m_socket->bytesAvailable() > 0)
            QMetaObject::invokeMethod(this, &HttpConnection::onReadyRead, Qt::QueuedConnection);
        return;
    }
    // Closing at once would answer what the client still sends with a reset, which could overtake our last words.
    enter(Phase::Lingering);
    if (isSecure()) {
        m_tls->disconnectFromHost();
        return;
    }
    ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
    m_socket->readAll();
}

} // namespace tipwatch
