// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QWebSocket>

namespace tipwatch {

/// A client on the WebSocket that keeps what it hears.
class FeedClient {
public:
    FeedClient();

    /// @return false if the server does not take it in.
    bool connectTo(const QUrl &url);
    void send(const QByteArray &message) { m_socket.sendTextMessage(QString::fromUtf8(message)); }

    /// Waits for the first message not yet taken whose type is @p type; those before it are passed over. Empty: none came.
    QJsonObject next(const QString &type);
    /// The text of what next() returned last.
    const QString &text() const { return m_text; }

    /// All that was heard, taken or not.
    const QList<QString> &heard() const { return m_heard; }
    void forgetAll() { m_taken = m_heard.size(); }

    QWebSocket &socket() { return m_socket; }

private:
    QWebSocket m_socket;
    QList<QString> m_heard;
    qsizetype m_taken = 0;
    QString m_text;
};

} // namespace tipwatch
