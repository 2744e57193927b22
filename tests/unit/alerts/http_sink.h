// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QHash>
#include <QTcpServer>

#include <deque>
#include <functional>
#include <string>
#include <vector>

class QTcpSocket;

namespace tipwatch::test {

/// A server that keeps what is posted to it and answers as it is told: well, badly, late, in part, or not at all.
class HttpSink final : public QObject {
    Q_OBJECT

public:
    struct Post {
        QByteArray path;
        QHash<QByteArray, QByteArray> headers; ///< names in lower case
        QByteArray body;
    };
    static inline const QByteArray ok = "HTTP/1.1 204 No Content\r\n\r\n";
    static inline const QByteArray hang{};                                                   ///< never answered
    static inline const QByteArray half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"; ///< and then silence
    static inline const QByteArray slam = "slam";                                            ///< the connection is closed
    static QByteArray status(const QByteArray &line, const QByteArray &headers = {})
    {
        return "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: 0\r\n\r\n";
    }

    HttpSink();

    std::string url(const std::string &path = "/hook") const;
    /// Answers in this order; after the last one, ok.
    void answerWith(QByteArrayList answers) { m_answers = {answers.begin(), answers.end()}; }
    void close() { m_server.close(); }
    const std::vector<Post> &posts() const { return m_posts; }

private:
    void take(QByteArray &unread, QTcpSocket &socket);

    QTcpServer m_server;
    std::deque<QByteArray> m_answers;
    std::vector<Post> m_posts;
};

} // namespace tipwatch::test
