// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/handshake_socket.h"

#include <algorithm>

namespace tipwatch {

HandshakeSocket::HandshakeSocket(const QByteArray &head, quint16 number, QObject *parent) : QTcpSocket(parent), m_head(head)
{
    setSocketState(ConnectedState);
    setOpenMode(ReadWrite);
    setPeerPort(number);
}

/// Whatever Qt has against this client: nobody reads what it says after that.
void HandshakeSocket::disconnectFromHost()
{
    if (state() == UnconnectedState)
        return;
    setSocketState(UnconnectedState);
    Q_EMIT disconnected();
}

qint64 HandshakeSocket::readData(char *data, qint64 maxSize)
{
    const qint64 size = std::min<qint64>(maxSize, m_head.size());
    std::copy_n(m_head.constData(), size, data); // data may be null where nothing is asked for
    m_head.remove(0, size);
    return size;
}

qint64 HandshakeSocket::writeData(const char *data, qint64 size)
{
    m_answer.append(data, size);
    return size;
}

} // namespace tipwatch
