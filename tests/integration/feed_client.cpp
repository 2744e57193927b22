// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/feed_client.h"

#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;

namespace tipwatch {

namespace {

constexpr int patienceMs = 10'000;

} // namespace

FeedClient::FeedClient()
{
    QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket,
                     [this](const QString &message) { m_heard << message; });
}

bool FeedClient::connectTo(const QUrl &url)
{
    m_socket.open(url);
    return QTest::qWaitFor([this] { return m_socket.state() == QAbstractSocket::ConnectedState; }, patienceMs);
}

QJsonObject FeedClient::next(const QString &type)
{
    QJsonObject found;
    const auto take = [&] {
        while (found.isEmpty() && m_taken < m_heard.size()) {
            m_text = m_heard[m_taken++];
            const QJsonObject message = QJsonDocument::fromJson(m_text.toUtf8()).object();
            if (message.value("type"_L1).toString() == type)
                found = message;
        }
        return !found.isEmpty();
    };
    [[maybe_unused]] const bool came = QTest::qWaitFor(take, patienceMs);
    return found;
}

} // namespace tipwatch
