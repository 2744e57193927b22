// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/tls_bridge.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace tipwatch {

namespace {

constexpr qint64 maxUnsent = 64 * 1024;      ///< bytes on their way to the client, before the shard's end is read again
constexpr int kernelSendBuffer = 128 * 1024; ///< of the client's connection, as the shards set it for theirs
constexpr qint64 chunk = 16 * 1024;          ///< bytes carried at a time; a TLS record has no more

} // namespace

TlsBridge::TlsBridge(std::unique_ptr<QSslSocket> socket, std::int64_t writeTimeoutMs)
    : m_socket(socket.release()), m_patience(this)
{
    m_socket->setParent(this);
    m_patience.setSingleShot(true);
    m_patience.setInterval(static_cast<int>(writeTimeoutMs));
    connect(&m_patience, &QTimer::timeout, this, &TlsBridge::finish);
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return;
    m_shardEnd = ends[0];
    m_ourEnd = ends[1];
    m_readable = new QSocketNotifier(m_ourEnd, QSocketNotifier::Read, this);
    m_writable = new QSocketNotifier(m_ourEnd, QSocketNotifier::Write, this);
    m_readable->setEnabled(false);
    m_writable->setEnabled(false);
    connect(m_readable, &QSocketNotifier::activated, this, &TlsBridge::fromShard);
    connect(m_writable, &QSocketNotifier::activated, this, &TlsBridge::toShard);
    connect(m_socket, &QSslSocket::readyRead, this, &TlsBridge::toShard);
    connect(m_socket, &QSslSocket::encryptedBytesWritten, this, &TlsBridge::endIfSent);
    connect(m_socket, &QSslSocket::disconnected, this, &TlsBridge::clientGone);
    connect(m_socket, &QSslSocket::errorOccurred, this, &TlsBridge::clientGone);
    m_socket->setReadBufferSize(maxUnsent);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, kernelSendBuffer);
}

TlsBridge::~TlsBridge()
{
    m_socket->disconnect(this);
    delete m_readable; // before their descriptor is closed
    delete m_writable;
    for (const int fd : {m_shardEnd, m_ourEnd}) {
        if (fd >= 0)
            ::close(fd);
    }
}

int TlsBridge::takeDescriptor()
{
    return std::exchange(m_shardEnd, -1);
}

void TlsBridge::start()
{
    if (m_socket->state() != QAbstractSocket::ConnectedState) { // it left before we listened
        clientGone();
        return;
    }
    m_readable->setEnabled(true);
    toShard();
}

/// What the client said, as far as the shard's side takes it.
void TlsBridge::toShard()
{
    while (!m_isDone) {
        if (m_waiting.isEmpty())
            m_waiting = m_socket->read(chunk);
        if (m_waiting.isEmpty())
            break;
        const ssize_t sent = ::send(m_ourEnd, m_waiting.constData(), static_cast<std::size_t>(m_waiting.size()), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            m_writable->setEnabled(true);
            return;
        }
        if (sent < 0)
            m_waiting.clear(); // the shard is done with this client: nobody hears the rest
        else
            m_waiting.remove(0, sent);
    }
    m_writable->setEnabled(false);
    if (m_isClientGone)
        finish(); // everything has been carried, and the shard reads the end when our descriptor goes
}

/// What the shard says, as far as the client keeps up.
void TlsBridge::fromShard()
{
    std::array<char, chunk> bytes;
    while (!m_isDone && unsent() < maxUnsent) {
        const ssize_t size = ::recv(m_ourEnd, bytes.data(), bytes.size(), 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            m_readable->setEnabled(true);
            return;
        }
        if (size <= 0) {
            m_isShardGone = true;
            m_patience.start();
            break;
        }
        m_socket->write(bytes.data(), size);
    }
    m_readable->setEnabled(false); // until there is room, or for good
    endIfSent();
}

/// Something is on the wire: there is room for more, or that was the last.
void TlsBridge::endIfSent()
{
    if (m_isDone || m_isClientGone)
        return;
    if (!m_isShardGone) {
        if (unsent() < maxUnsent)
            m_readable->setEnabled(true);
    } else if (unsent() == 0) {
        // Half of it only, without close_notify, which Qt cannot say and go on reading: the client's last words still pass.
        ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
    }
}

void TlsBridge::clientGone()
{
    m_isClientGone = true;
    m_readable->setEnabled(false);
    toShard();
}

void TlsBridge::finish()
{
    if (std::exchange(m_isDone, true))
        return;
    m_readable->setEnabled(false);
    ::shutdown(m_ourEnd, SHUT_RDWR);
    Q_EMIT finished();
}

} // namespace tipwatch
