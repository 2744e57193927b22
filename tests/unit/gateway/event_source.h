// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/gateway/http_exchange.h"

#include <string>
#include <vector>

namespace tipwatch::test {

/// A block of text/event-stream.
struct StreamBlock {
    QByteArray id, event, data, comment;
    bool isEnd = false; ///< there is none: the stream ended, or nothing came in time

    QJsonObject message() const { return QJsonDocument::fromJson(data).object(); }
    QJsonObject messageData() const { return message()[QStringLiteral("data")].toObject(); }
};

inline StreamBlock parseBlock(const std::string &text)
{
    StreamBlock block;
    block.isEnd = !QByteArray::fromStdString(text).endsWith("\n\n");
    for (const QByteArray &line : QByteArray::fromStdString(text).split('\n')) {
        const qsizetype colon = line.indexOf(':');
        const QByteArray name = line.left(colon), value = line.mid(colon + 2);
        if (name == "id")
            block.id = value;
        else if (name == "event")
            block.event = value;
        else if (name == "data")
            block.data = value;
        else if (colon == 0)
            block.comment = value;
    }
    return block;
}

/// A client of /api/v1/events that shows what came as it came. The backend's event loop turns while it waits.
class EventSource {
public:
    explicit EventSource(const ServedStore &served, const std::string &query = {}, const std::string &fields = {},
                         int receiveBuffer = 0)
        : m_client(RawClient::connectTo(served.port(), receiveBuffer))
    {
        m_client.setPatience(20'000);
        head = besides([&] {
            m_client.send("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
            return parse(m_client.readUntil("\r\n\r\n"));
        });
    }

    StreamBlock next()
    {
        return parseBlock(besides([&] { return m_client.readUntil("\n\n"); }));
    }
    /// Up to the first of @p event, which comes last; up to the end if there is none.
    std::vector<StreamBlock> nextUntil(const QByteArray &event)
    {
        return besides([&] {
            std::vector<StreamBlock> blocks;
            do {
                blocks.push_back(parseBlock(m_client.readUntil("\n\n")));
            } while (blocks.back().event != event && !blocks.back().isEnd);
            return blocks;
        });
    }
    /// The hello, the first after how long to wait before coming back.
    StreamBlock hello()
    {
        next();
        return next();
    }

    Answer head;
    RawClient &client() { return m_client; }

private:
    RawClient m_client;
};

/// Txids of what was told of transactions that came, in order.
inline QStringList seenIn(const QJsonObject &message)
{
    const QString type = message[QStringLiteral("type")].toString();
    const QJsonValue data = message[QStringLiteral("data")];
    QStringList txids;
    if (type == QStringLiteral("tx.seen"))
        txids.append(data[QStringLiteral("txid")].toString());
    if (type == QStringLiteral("tx.batch")) {
        for (const QJsonValue &entry : data.toArray())
            txids.append(entry[QStringLiteral("txid")].toString());
    }
    return txids;
}

inline QString hexOf(std::uint32_t n)
{
    const auto digits = ServedStore::txidOf(n).hexDigits();
    return QString::fromLatin1(digits.data(), static_cast<qsizetype>(digits.size()));
}

inline QStringList hexOf(std::uint32_t first, std::uint32_t last)
{
    QStringList txids;
    for (std::uint32_t n = first; n <= last; ++n)
        txids.append(hexOf(n));
    return txids;
}

} // namespace tipwatch::test
