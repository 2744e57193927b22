// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/gateway.h"
#include "shared/state/chain_store.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>
#include <QWebSocket>

#include <memory>
#include <vector>

namespace tipwatch::test {

/// A store with a bus, and a gateway in front of it on a free port of the loopback.
struct ServedStore {
    SystemClock clock;
    EventBus bus;
    ChainStore store{bus, clock};
    std::unique_ptr<Gateway> gateway;

    /// Nobody but the tests of the limits wants those that count connections of one address: here all come from the same.
    static GatewayConfig roomForAll()
    {
        GatewayConfig config;
        config.clients.maxPerAddress = 0;
        config.clients.connectionsPerMinute = 0;
        return config;
    }

    explicit ServedStore(GatewayConfig config = roomForAll())
    {
        config.httpPort = 0;
        gateway = std::make_unique<Gateway>(config, bus, store, clock);
    }

    Result<void> start() { return gateway->start(); }
    quint16 port() const { return static_cast<quint16>(QUrl(QString::fromStdString(gateway->status().url)).port()); }
    QUrl socketUrl(const QString &path = QStringLiteral("/ws")) const
    {
        return QUrl(QStringLiteral("ws://127.0.0.1:%1%2").arg(port()).arg(path));
    }

    static BlockHash hashOf(int n, std::uint8_t branch = 0)
    {
        BlockHash::Bytes bytes{};
        bytes[0] = static_cast<std::uint8_t>(n & 0xff);
        bytes[1] = static_cast<std::uint8_t>(n >> 8 & 0xff);
        bytes[2] = branch;
        bytes[3] = 1;
        return BlockHash(bytes);
    }
    static TxId txidOf(std::uint32_t n)
    {
        TxId::Bytes bytes{};
        std::memcpy(bytes.data(), &n, sizeof n);
        bytes[31] = 7;
        return TxId(bytes);
    }
    static BlockSummary blockAt(int height)
    {
        BlockSummary block;
        block.height = Height(height);
        block.hash = hashOf(height);
        block.previousHash = hashOf(height - 1);
        block.time = 1'700'000'000 + 600 * height;
        block.txCount = 1;
        block.miner = "Somebody";
        return block;
    }

    /// Blocks up to @p height, a live and exact source.
    void fill(int height = 12)
    {
        std::vector<BlockSummary> blocks;
        for (int h = 1; h <= height; ++h)
            blocks.push_back(blockAt(h));
        store.resetChain(std::move(blocks), clock.unixMs());
        SourceStatus status;
        status.source = "bitcoin";
        status.network = "regtest";
        status.state = SourceState::Live;
        status.exact = true;
        store.setStatus(status);
        store.setNodeFees({}, clock.unixMs());
        store.setNetwork({}, clock.unixMs());
    }
    void mine(int height) { store.connectBlock({blockAt(height), {txidOf(static_cast<std::uint32_t>(height))}}, clock.unixMs()); }
    void see(std::uint32_t n)
    {
        store.addTransaction(txidOf(n), 0, clock.unixMs());
        MempoolEntry entry;
        entry.txid = txidOf(n);
        entry.fee = entry.modifiedFee = Satoshi(1000);
        entry.vsize = VBytes(100);
        entry.weight = Weight(400);
        store.describeTransactions({entry});
    }
};

/// What a WebSocket client was told.
class Listener : public QObject {
public:
    QWebSocket socket;
    std::vector<QJsonObject> messages;

    Listener()
    {
        connect(&socket, &QWebSocket::textMessageReceived, this,
                [this](const QString &text) { messages.push_back(QJsonDocument::fromJson(text.toUtf8()).object()); });
    }
    explicit Listener(const ServedStore &served) : Listener() { socket.open(served.socketUrl()); }

    std::size_t count(const QString &type) const
    {
        return static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(),
                                                      [&](const QJsonObject &m) { return m[QStringLiteral("type")] == type; }));
    }
    QJsonObject last(const QString &type) const
    {
        const auto found = std::find_if(messages.rbegin(), messages.rend(),
                                        [&](const QJsonObject &m) { return m[QStringLiteral("type")] == type; });
        return found == messages.rend() ? QJsonObject() : *found;
    }
    QJsonObject lastData(const QString &type) const { return last(type)[QStringLiteral("data")].toObject(); }
    void say(const char *json) { socket.sendTextMessage(QString::fromUtf8(json)); }
};

} // namespace tipwatch::test
