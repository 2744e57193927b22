// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/alerts/http_sink.h"

#include "tests/support/loopback_address.h"

#include <QTcpSocket>

#include <memory>

namespace tipwatch::test {

HttpSink::HttpSink()
{
    m_server.listen(QHostAddress(QString::fromStdString(ownLoopbackAddress())), 0);
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            const auto unread = std::make_shared<QByteArray>();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket, unread] {
                unread->append(socket->readAll());
                take(*unread, *socket);
            });
        }
    });
}

std::string HttpSink::url(const std::string &path) const
{
    return "http://" + m_server.serverAddress().toString().toStdString() + ":" + std::to_string(m_server.serverPort()) + path;
}

void HttpSink::take(QByteArray &unread, QTcpSocket &socket)
{
    const auto end = unread.indexOf("\r\n\r\n");
    if (end < 0)
        return;
    Post post;
    const QByteArrayList lines = unread.left(end).replace("\r\n", "\n").split('\n');
    post.path = lines.front().split(' ').value(1);
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const auto colon = lines[i].indexOf(':');
        post.headers[lines[i].left(colon).toLower()] = lines[i].mid(colon + 1).trimmed();
    }
    const qsizetype length = post.headers.value("content-length").toInt();
    if (unread.size() < end + 4 + length)
        return;
    post.body = unread.mid(end + 4, length);
    unread.remove(0, end + 4 + length);
    m_posts.push_back(post);

    QByteArray answer = ok;
    if (!m_answers.empty()) {
        answer = m_answers.front();
        m_answers.pop_front();
    }
    if (answer == slam)
        socket.abort();
    else
        socket.write(answer);
}

} // namespace tipwatch::test
