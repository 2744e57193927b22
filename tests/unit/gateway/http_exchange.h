// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/gateway/gateway_fixture.h"
#include "tests/unit/gateway/raw_client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <atomic>
#include <string>
#include <thread>

namespace tipwatch::test {

/// What came back over HTTP.
struct Answer {
    int status = 0;
    QByteArray head;
    QByteArray body;

    QByteArray field(const QByteArray &name) const
    {
        for (const QByteArray &line : head.split('\n')) {
            if (line.toLower().startsWith(name.toLower() + ":"))
                return line.mid(name.size() + 1).trimmed();
        }
        return {};
    }
    QJsonObject object() const { return QJsonDocument::fromJson(body).object(); }
    QJsonArray array() const { return QJsonDocument::fromJson(body).array(); }
    QString errorCode() const { return object()[QStringLiteral("error")][QStringLiteral("code")].toString(); }
};

inline Answer parse(const std::string &text)
{
    const QByteArray bytes = QByteArray::fromStdString(text);
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    return {bytes.mid(9, 3).toInt(), bytes.left(end), end < 0 ? QByteArray() : bytes.mid(end + 4)};
}

/// Runs @p work on another thread while this one (the backend's) keeps its event loop turning.
template <class Work> auto besides(Work work)
{
    decltype(work()) result;
    std::atomic<bool> done = false;
    std::thread thread([&] {
        result = work();
        done = true;
    });
    while (!done)
        QTest::qWait(1);
    thread.join();
    return result;
}

/// One request, one connection.
inline Answer ask(const ServedStore &served, const std::string &request)
{
    return besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.send(request);
        return parse(client.readAll());
    });
}

inline Answer get(const ServedStore &served, const std::string &path, const std::string &fields = {})
{
    return ask(served, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
}

inline const std::string upgradeFields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

} // namespace tipwatch::test
