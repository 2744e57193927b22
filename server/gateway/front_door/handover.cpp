// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/handover.h"

#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/gateway_log.h"

#include <fcntl.h>

#include <QSslSocket>

namespace tipwatch {

namespace {

void logFailure(const Newcomer &client, const char *why)
{
    qCWarning(lcGateway, "websocket.error event=handshake remote=%s reason=\"%s\"", client.ticket.remote().c_str(), why);
}

} // namespace

void Handover::give(std::unique_ptr<QTcpSocket> socket, Newcomer client, const Receiver &receiver)
{
    if (auto *tls = qobject_cast<QSslSocket *>(socket.get()); tls && tls->isEncrypted()) {
        socket.release();
        carryLater(std::unique_ptr<QSslSocket>(tls), std::move(client), receiver);
        return;
    }
    socket->flush();
    if (socket->bytesToWrite() == 0)
        client.fd = ::fcntl(static_cast<int>(socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    socket->abort(); // closes Qt's descriptor without a word to the other side, because ours is open
    socket.release()->deleteLater();
    if (client.fd < 0)
        logFailure(client, "the answer could not be sent");
    else
        receiver(std::move(client));
}

/// @p socket goes to another thread, and we may be in the middle of one of its signals.
void Handover::carryLater(std::unique_ptr<QSslSocket> socket, Newcomer client, const Receiver &receiver)
{
    socket->setParent(this);
    QMetaObject::invokeMethod(
        this,
        [this, socket = socket.release(), receiver, moved = std::make_shared<Newcomer>(std::move(client))] {
            socket->setParent(nullptr);
            moved->fd = m_bridges.carry(std::unique_ptr<QSslSocket>(socket));
            if (moved->fd < 0)
                logFailure(*moved, "no descriptor is left");
            else
                receiver(std::move(*moved));
        },
        Qt::QueuedConnection);
}

} // namespace tipwatch
