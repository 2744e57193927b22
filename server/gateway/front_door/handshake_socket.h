// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpSocket>

namespace tipwatch {

/// What QWebSocketServer takes for the connection of a client while it reads the head of the opening handshake and writes the answer to
/// it. There is nothing behind it but memory, so the real connection, encrypted or not, never passes through Qt's hands.
class HandshakeSocket final : public QTcpSocket {
    Q_OBJECT

public:
    /// @p head: the whole request. @p number: how this handshake is known, as the port that the QWebSocket will say it comes from.
    HandshakeSocket(const QByteArray &head, quint16 number, QObject *parent);

    /// All that was answered so far.
    const QByteArray &answer() const { return m_answer; }

    qint64 bytesAvailable() const override { return QIODevice::bytesAvailable() + m_head.size(); }
    void disconnectFromHost() override;
    void close() override { disconnectFromHost(); }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArray m_head; ///< what was not read yet
    QByteArray m_answer;
};

} // namespace tipwatch
