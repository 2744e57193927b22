// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/feed_client.h"
#include "tests/integration/program.h"

#include <QJsonArray>
#include <QSet>
#include <QtTest>

#include <csignal>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

/// Nothing happens in this network, so that two looks at it see the same.
const QStringList quiet{u"--simulate-tx-rate"_s, u"0"_s, u"--simulate-block-interval"_s, u"24h"_s};
/// Much happens.
const QStringList busy{u"--simulate-tx-rate"_s, u"50"_s, u"--simulate-block-interval"_s, u"1s"_s};

QJsonObject dataOf(const QJsonObject &message)
{
    return message.value("data"_L1).toObject();
}

QSet<QString> namesIn(const QJsonValue &list)
{
    QSet<QString> names;
    for (const QJsonValue &name : list.toArray())
        names << name.toString();
    return names;
}

} // namespace

/// The real program, watching the simulated network, as a client meets it.
class TestFeed : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstMessageIsHello()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QTRY_VERIFY(!client.heard().isEmpty());
        const QJsonObject hello = client.next(u"hello"_s);
        QCOMPARE(client.text(), client.heard().front());
        const QJsonObject data = dataOf(hello);
        QVERIFY2(data.value("server"_L1).toString().startsWith("tipwatch/"_L1), qPrintable(client.text()));
        QCOMPARE(data.value("epoch"_L1).toString().size(), 16);
        QVERIFY(data.contains("seq"_L1) && data.value("limits"_L1).isObject());
        QCOMPARE(data.value("ping"_L1).toDouble(), 30.0);
        QCOMPARE(data.value("chain"_L1).toString(), u"bitcoin"_s);
    }

    void whoOnlyListensGetsTheDefaultChannels()
    {
        Program program;
        QVERIFY(program.serve(busy));
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QVERIFY(!client.next(u"tip.update"_s).isEmpty());
        QVERIFY(!client.next(u"block.mined"_s).isEmpty());
        client.forgetAll();
        QVERIFY(!client.next(u"mempool.update"_s).isEmpty());
        QSet<QString> channels;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                for (const QString &text : client.heard())
                    channels << QJsonDocument::fromJson(text.toUtf8()).object().value("channel"_L1).toString();
                return channels.contains(u"txs"_s);
            }(),
            10'000);
        channels.remove(QString()); // hello
        QCOMPARE(channels, (QSet<QString>{u"tip"_s, u"blocks"_s, u"mempool"_s, u"txs"_s}));
    }

    void messagesComeInTheOrderOfTheirNumbers()
    {
        Program program;
        QVERIFY(program.serve(busy));
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        client.send(R"({"op":"subscribe","id":1,"channels":["blocks","txs"]})");
        QVERIFY(!client.next(u"subscribed"_s).isEmpty());
        const qsizetype first = client.heard().size();
        for (int i = 0; i < 3; ++i)
            QVERIFY(!client.next(u"block.mined"_s).isEmpty());
        qint64 last = -1;
        for (qsizetype i = first; i < client.heard().size(); ++i) {
            const qint64 seq = QJsonDocument::fromJson(client.heard()[i].toUtf8()).object().value("seq"_L1).toInteger(-1);
            QVERIFY2(seq >= last && seq >= 0, qPrintable(client.heard()[i])); // one event may need several messages
            last = seq;
        }
    }

    void aSubscriptionReplacesTheDefaultAndBringsTheState()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QVERIFY(!client.next(u"hello"_s).isEmpty());
        client.send(R"({"op":"subscribe","id":7,"channels":["fees","network"]})");
        const QJsonObject subscribed = client.next(u"subscribed"_s);
        QCOMPARE(subscribed.value("id"_L1).toInt(), 7);
        QCOMPARE(namesIn(dataOf(subscribed).value("channels"_L1)), (QSet<QString>{u"fees"_s, u"network"_s}));
        QVERIFY(dataOf(client.next(u"fees.update"_s)).contains("nextBlock"_L1));
        QJsonObject network; // a shard may hear of the peers a moment after the store is ready
        do {
            network = client.next(u"network.update"_s);
            QVERIFY(!network.isEmpty());
        } while (dataOf(network).value("peers"_L1).toInt() == 0);

        client.send(R"({"op":"unsubscribe","id":8,"channels":["fees"]})");
        const QJsonObject unsubscribed = client.next(u"unsubscribed"_s);
        QCOMPARE(unsubscribed.value("id"_L1).toInt(), 8);
        QCOMPARE(namesIn(dataOf(unsubscribed).value("channels"_L1)), (QSet<QString>{u"network"_s}));
    }

    void snapshotAndPingAreAnswered()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        client.send(R"({"op":"ping","timestamp":1763625600123})");
        QCOMPARE(client.next(u"pong"_s).value("timestamp"_L1).toInteger(), 1763625600123);
        client.forgetAll();
        client.send(R"({"op":"snapshot","id":3,"channels":["mempool"]})");
        QCOMPARE(dataOf(client.next(u"mempool.update"_s)).value("count"_L1).toInt(), 500);
    }

    void aBadMessageIsAnsweredAndTheConnectionStays_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("code");
        QTest::newRow("no JSON") << QByteArray("{") << u"bad_json"_s;
        QTest::newRow("no object") << QByteArray("[1]") << u"bad_message"_s;
        QTest::newRow("unknown op") << QByteArray(R"({"op":"dance","id":1})") << u"unknown_op"_s;
        QTest::newRow("unknown channel") << QByteArray(R"({"op":"subscribe","id":1,"channels":["prizes"]})")
                                         << u"unknown_channel"_s;
        QTest::newRow("channels no list") << QByteArray(R"({"op":"subscribe","id":1,"channels":"tip"})") << u"bad_message"_s;
    }
    void aBadMessageIsAnsweredAndTheConnectionStays()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, code);
        Program program;
        QVERIFY(program.serve(quiet));
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        client.send(message);
        QCOMPARE(client.next(u"error"_s).value("error"_L1).toObject().value("code"_L1).toString(), code);
        client.send(R"({"op":"ping","timestamp":1})");
        QVERIFY(!client.next(u"pong"_s).isEmpty());
    }

    void restSaysWhatTheStreamSays_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("channel");
        QTest::newRow("tip") << u"/api/v1/tip"_s << u"tip"_s;
        QTest::newRow("mempool") << u"/api/v1/mempool"_s << u"mempool"_s;
    }
    void restSaysWhatTheStreamSays()
    {
        QFETCH(QString, path);
        QFETCH(QString, channel);
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QVERIFY(!client.next(u"hello"_s).isEmpty());
        // Rates still move a little after the start: look until nothing happened between the two questions.
        HttpReply asked;
        const auto bothSayTheSame = [&] {
            client.forgetAll();
            client.send(R"({"op":"snapshot","channels":[")" + channel.toUtf8() + R"("]})");
            const bool came = !client.next(channel + u".update"_s).isEmpty();
            asked = httpGet(program.url().resolved(QUrl(path)));
            return came && client.text().endsWith(u"\"data\":"_s + QString::fromUtf8(asked.body) + u'}');
        };
        QTRY_VERIFY_WITH_TIMEOUT(bothSayTheSame(), 10'000);
        QCOMPARE(asked.status, 200);
        QVERIFY(asked.type.startsWith("application/json"));
        QCOMPARE(asked.position.split(':').size(), 2);
        QVERIFY(asked.object().size() > 5);
    }

    void blocksAndTransactionsCanBeAskedFor()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        const auto get = [&program](const QString &path) { return httpGet(program.url().resolved(QUrl(path))); };
        const QJsonObject tip = get(u"/api/v1/tip"_s).object();
        const QJsonArray blocks = get(u"/api/v1/blocks"_s).json().array();
        QVERIFY(!blocks.isEmpty());
        QCOMPARE(blocks.first().toObject().value("hash"_L1), tip.value("hash"_L1));
        QCOMPARE(blocks.first().toObject().value("height"_L1), tip.value("height"_L1));

        const QJsonObject txids = get(u"/api/v1/mempool/txids"_s).object();
        const QSet<QString> distinct = namesIn(txids.value("txids"_L1));
        QCOMPARE(distinct.size(), 500);
        QCOMPARE(distinct.begin()->size(), 64);
    }

    void itIsHealthyAndReadyAndSaysWhatItIs()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        QCOMPARE(httpGet(program.url().resolved(QUrl(u"/healthz"_s))).status, 200);
        const QString status = QString::fromUtf8(httpGet(program.url().resolved(QUrl(u"/api/v1/status"_s))).body);
        QVERIFY2(status.contains("\"simulated\":true"_L1) && status.contains("\"state\":\"live\""_L1), qPrintable(status));
        QCOMPARE(httpGet(program.url().resolved(QUrl(u"/no/such/page"_s))).status, 404);
    }

    void thePageShowsTheTip()
    {
        Program program;
        QVERIFY(program.serve(quiet));
        waitUntilReady(program);
        const HttpReply page = httpGet(program.url());
        QCOMPARE(page.status, 200);
        QVERIFY(page.type.startsWith("text/html"));
        const QString hash = httpGet(program.url().resolved(QUrl(u"/api/v1/tip"_s))).object().value("hash"_L1).toString();
        QVERIFY(!hash.isEmpty() && page.body.contains(hash.toUtf8()));
    }

    void theSameSeedGivesTheSameNetwork()
    {
        QStringList hashes;
        for (int i = 0; i < 2; ++i) {
            Program program;
            QVERIFY(program.serve(quiet));
            waitUntilReady(program);
            hashes << httpGet(program.url().resolved(QUrl(u"/api/v1/tip"_s))).object().value("hash"_L1).toString();
        }
        QVERIFY(hashes.front().size() == 64);
        QCOMPARE(hashes.front(), hashes.back());
    }

    void settingsReachTheGateway()
    {
        Program program;
        program.setVariable("WEBSOCKET_PATH", u"/live"_s);
        program.setVariable("WEBSOCKET_MAX_CONNECTIONS", u"1"_s);
        program.setVariable("WEBSOCKET_PING_INTERVAL", u"7s"_s);
        QVERIFY(program.serve(quiet));
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl(u"/live"_s)));
        QCOMPARE(dataOf(client.next(u"hello"_s)).value("ping"_L1).toDouble(), 7.0);
        FeedClient second;
        second.socket().open(program.webSocketUrl(u"/live"_s));
        QTRY_COMPARE(second.socket().state(), QAbstractSocket::UnconnectedState);
        QVERIFY(second.heard().isEmpty());
    }

private:
    static void waitUntilReady(Program &program)
    {
        QTRY_COMPARE_WITH_TIMEOUT(httpGet(program.url().resolved(QUrl(u"/readyz"_s))).status, 200, 20'000);
    }
};

QTEST_GUILESS_MAIN(TestFeed)
#include "test_feed.moc"
