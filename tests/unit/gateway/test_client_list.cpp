// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/http_exchange.h"

#include <QFile>
#include <QTemporaryDir>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

/// /api/v1/clients over real connections.
class ClientListTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QFile file(m_directory.filePath(u"admin"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("an-admin-token-of-ours\n");
    }

    void onlyTheAdminTokenLetsIn()
    {
        ServedStore served(config());
        QVERIFY(served.start());
        QCOMPARE(list(served, "").status, 401);
        QCOMPARE(list(served, "Authorization: Bearer an-admin-token-of-ourz\r\n").status, 401);
        QCOMPARE(list(served, admin).status, 200);
        ServedStore withoutToken{ServedStore::roomForAll()};
        QVERIFY(withoutToken.start());
        QVERIFY(list(withoutToken, admin).status != 200);
    }

    void everyClientIsThereWithItsFigures()
    {
        GatewayConfig several = config();
        several.shards = 2;
        ServedStore served(several);
        served.fill();
        QVERIFY(served.start());
        QCOMPARE(list(served, admin).array().size(), 0);
        Listener one(served), two(served);
        QTRY_COMPARE(one.count(u"hello"_s), 1u);
        QTRY_COMPARE(two.count(u"hello"_s), 1u);
        two.say(R"({"op":"subscribe","channels":[{"name":"txs","filter":{"minFeerate":5}}]})");
        QTRY_COMPARE(two.count(u"subscribed"_s), 1u);
        served.mine(13);
        QTRY_COMPARE(one.count(u"block.mined"_s), 1u);
        const QJsonArray clients = list(served, admin).array();
        QCOMPARE(clients.size(), 2);
        const QJsonObject first = clients[0].toObject(), second = clients[1].toObject();
        QVERIFY(first[u"id"_s].toInt() < second[u"id"_s].toInt());
        QVERIFY(first[u"remote"_s].toString().startsWith(u"127.0.0.1:"_s));
        const bool inOrder = first[u"channels"_s].toArray().size() == 4; // each may have been first at the door
        const QJsonObject silent = inOrder ? first : second, choosy = inOrder ? second : first;
        QCOMPARE(silent[u"channels"_s].toArray(), (QJsonArray{u"tip"_s, u"blocks"_s, u"txs"_s, u"mempool"_s}));
        QCOMPARE(choosy[u"channels"_s].toArray(), QJsonArray{u"txs"_s});
        QVERIFY(choosy[u"filters"_s].toBool() && !silent[u"filters"_s].toBool());
        QCOMPARE(silent[u"dialect"_s].toString(), u"json"_s);
        QCOMPARE(silent[u"messagesIn"_s].toInt(), 0);
        QCOMPARE(choosy[u"messagesIn"_s].toInt(), 1);
        QVERIFY(silent[u"messagesOut"_s].toInt() >= 5 && silent[u"bytesOut"_s].toInt() > 500);
        QCOMPARE(silent[u"queuedMessages"_s].toInt(), 0);
        QCOMPARE(silent[u"dropped"_s].toInt(), 0);
    }

    void anotherMessageRateCountsAtOnce()
    {
        ServedStore served(config());
        QVERIFY(served.start());
        Listener client(served);
        QTRY_COMPARE(client.count(u"hello"_s), 1u);
        GatewaySettings settings = served.gateway->status().settings;
        settings.messagesPerSecond = 1;
        QVERIFY(served.gateway->change(settings));
        // Far beyond the burst, which is the same as before.
        for (int i = 0; i < 1'000; ++i)
            client.say(R"({"op":"ping"})");
        QTRY_COMPARE(client.socket.state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(int(client.socket.closeCode()), 4029);
    }

private:
    static constexpr const char *admin = "Authorization: Bearer an-admin-token-of-ours\r\n";

    GatewayConfig config() const
    {
        GatewayConfig config = ServedStore::roomForAll();
        config.auth.adminTokenFile = m_directory.filePath(u"admin"_s).toStdString();
        return config;
    }
    static Answer list(const ServedStore &served, const std::string &fields)
    {
        return ask(served, "GET /api/v1/clients HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
    }
    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(ClientListTest)
#include "test_client_list.moc"
