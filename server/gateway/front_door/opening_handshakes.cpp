// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/opening_handshakes.h"

#include "server/gateway/front_door/handshake_socket.h"

#include <QCoreApplication>
#include <QWebSocket>

#include <utility>
#include <vector>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

const QStringList subprotocols{u"tipwatch.v1.json"_s, u"tipwatch.v1.cbor"_s};

} // namespace

OpeningHandshakes::OpeningHandshakes(std::chrono::milliseconds timeout, const Clock &clock, Done done)
    : m_timeout(timeout), m_clock(clock), m_done(std::move(done)), m_server(u"Tipwatch"_s, QWebSocketServer::NonSecureMode)
{
    m_server.setSupportedSubprotocols(subprotocols);
    connect(&m_server, &QWebSocketServer::newConnection, this, &OpeningHandshakes::finish);
}

OpeningHandshakes::~OpeningHandshakes()
{
    for (const auto &[number, pending] : std::exchange(m_pending, {})) {
        pending.socket->disconnect(this);
        delete pending.inQtsHands;
    }
}

void OpeningHandshakes::begin(std::unique_ptr<QTcpSocket> socket, const QByteArray &head, Newcomer client,
                              std::optional<DeflateTerms> deflate)
{
    while (m_pending.contains(++m_lastNumber)) {}
    const quint16 number = m_lastNumber;
    Pending &pending = m_pending[number];
    pending.since = m_clock.steadyMs();
    pending.client = std::move(client);
    pending.client.deflateBits = deflate ? deflate->windowBits : 0;
    pending.deflate = std::move(deflate);
    pending.socket = std::move(socket);
    pending.socket->skip(head.size());
    pending.inQtsHands = new HandshakeSocket(head, number, this);
    connect(pending.socket.get(), &QTcpSocket::disconnected, this, [this, number] { forget(number); });
    connect(pending.inQtsHands, &QTcpSocket::disconnected, this, [this, number] { forget(number); });
    m_server.handleConnection(pending.inQtsHands);
    // Qt looks at it when it is back in its event loop. In a rush that would be after all others who are there.
    QCoreApplication::sendPostedEvents(&m_server, QEvent::MetaCall);
}

void OpeningHandshakes::checkDeadlines()
{
    const std::int64_t now = m_clock.steadyMs();
    std::vector<quint16> late;
    for (const auto &[number, pending] : m_pending) {
        if (now - pending.since >= m_timeout.count())
            late.push_back(number);
    }
    for (const quint16 number : late)
        forget(number);
}

/// Qt has answered.
void OpeningHandshakes::finish()
{
    while (QWebSocket *webSocket = m_server.nextPendingConnection()) {
        webSocket->deleteLater();
        const auto found = m_pending.find(webSocket->peerPort());
        if (found == m_pending.end())
            continue;
        Pending pending = std::move(found->second);
        m_pending.erase(found);
        pending.client.subprotocol = webSocket->subprotocol().toStdString();
        pending.socket->disconnect(this);
        QByteArray answer = pending.inQtsHands->answer();
        if (pending.deflate) // of which Qt knows nothing
            answer.insert(answer.size() - 2,
                          "Sec-WebSocket-Extensions: " + QByteArray::fromStdString(pending.deflate->answer()) + "\r\n");
        pending.socket->write(answer);
        pending.inQtsHands->disconnect(this);
        pending.inQtsHands->deleteLater();
        m_done(std::move(pending.socket), std::move(pending.client));
    }
}

/// The client has left, or took too long, or Qt would not have it.
void OpeningHandshakes::forget(quint16 number)
{
    const auto found = m_pending.find(number);
    if (found == m_pending.end())
        return;
    Pending pending = std::move(found->second);
    m_pending.erase(found);
    pending.inQtsHands->disconnect(this);
    pending.inQtsHands->deleteLater();
    pending.socket->disconnect(this);
    pending.socket->abort();
    pending.socket.release()->deleteLater(); // this may be its own signal
}

} // namespace tipwatch
