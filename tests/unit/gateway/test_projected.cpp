// SPDX-License-Identifier: GPL-3.0-or-later
// What the projected blocks are made of: on the channels projected:N and over REST.
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/gateway_fixture.h"
#include "tests/unit/gateway/http_exchange.h"
#include "tests/unit/gateway/raw_client.h"

#include <QJsonArray>
#include <QLoggingCategory>
#include <QRegularExpression>
#include <QSet>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

/// The txids that a reader of the channel has.
QSet<QString> listIn(const std::vector<QJsonObject> &messages, int index)
{
    QSet<QString> txids;
    for (const QJsonObject &message : messages) {
        const QJsonValue data = message[u"data"_s];
        if (message[u"channel"_s] != QStringLiteral("projected:%1").arg(index))
            continue;
        if (message[u"type"_s] == u"projected.list"_s)
            txids.clear();
        for (const char *name : {"transactions", "added", "changed"}) {
            for (const QJsonValue &transaction : data[QLatin1StringView(name)].toArray())
                txids.insert(transaction[u"txid"_s].toString());
        }
        for (const QJsonValue &txid : data[u"removed"_s].toArray())
            txids.remove(txid.toString());
    }
    return txids;
}

QSet<QString> listOf(const ServedStore &served, std::size_t index)
{
    QSet<QString> txids;
    const ProjectedTransactions list = served.store.projectedTransactions(index);
    for (const ProjectedTransaction &transaction : *list)
        txids.insert(QString::fromStdString(transaction.txid.toHex()));
    return txids;
}

void see(ServedStore &served, std::uint32_t first, std::uint32_t last, std::int64_t vsize = 100)
{
    std::vector<MempoolEntry> entries;
    for (std::uint32_t n = first; n <= last; ++n) {
        MempoolEntry entry;
        entry.txid = ServedStore::txidOf(n * 2654435761u);
        entry.fee = entry.modifiedFee = Satoshi(vsize * (1 + n % 50));
        entry.vsize = VBytes(vsize);
        entry.weight = Weight(4 * vsize);
        served.store.addTransaction(entry.txid, 0, served.clock.unixMs());
        entries.push_back(entry);
    }
    served.store.describeTransactions(std::move(entries));
}

} // namespace

class ProjectedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void listComesFirstThenDeltas();
    void listIsMadeForThoseWhoListenOnly();
    void latecomerGetsTheListAtOnce();
    void longListIsCutAndItsLastPartMayBeResumedFrom();
    void listsLongerThanTheQueueReachASlowReader();
    void restReadsItPageByPage();
    void badRequests_data();
    void badRequests();
};

void ProjectedTest::listComesFirstThenDeltas()
{
    ServedStore served;
    served.fill();
    see(served, 1, 3);
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    client.say(R"({"op":"subscribe","channels":["projected:0"]})");
    QTRY_COMPARE(client.count(u"projected.list"_s), 1u);
    QCOMPARE(client.count(u"projected.delta"_s), 0u);
    QCOMPARE(client.lastData(u"projected.list"_s)[u"index"_s], 0);
    const QJsonObject first = client.lastData(u"projected.list"_s)[u"transactions"_s][0].toObject();
    QCOMPARE(first.keys(), (QStringList{u"fee"_s, u"feerate"_s, u"txid"_s, u"vsize"_s})); // sorted by QJsonObject
    for (std::uint32_t n = 4; n < 40; ++n) {
        see(served, n, n);
        if (n % 3 == 0)
            served.store.removeTransaction(ServedStore::txidOf((n - 2) * 2654435761u), RemovalReason::Unknown, std::nullopt, 0,
                                           1);
        QTest::qWait(ChainStore::mempoolIntervalMs / 4);
    }
    QTRY_COMPARE(listIn(client.messages, 0), listOf(served, 0));
    QVERIFY(client.count(u"projected.delta"_s) > 3);
    QCOMPARE(client.count(u"projected.list"_s), 1u);
    QCOMPARE(client.count(u"projected.blocks"_s), 0u);
}

void ProjectedTest::listIsMadeForThoseWhoListenOnly()
{
    ServedStore served;
    served.fill();
    see(served, 1, 3);
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    QCOMPARE(served.store.projectedInterest().wanted(), ProjectedSet(0));
    client.say(R"({"op":"subscribe","channels":["projected:0","projected:5","projected"]})");
    QTRY_COMPARE(served.store.projectedInterest().wanted(), ProjectedSet(0b10'0001));
    QTRY_COMPARE(client.count(u"projected.list"_s), 2u);
    QVERIFY(!served.store.snapshot()->projectedTransactions[1]);
    QVERIFY(listIn(client.messages, 5).isEmpty()); // there is no such block, and it was said so
}

void ProjectedTest::latecomerGetsTheListAtOnce()
{
    ServedStore served;
    served.fill();
    see(served, 1, 3);
    QVERIFY(served.start());
    Listener first(served);
    QTRY_COMPARE(first.count(u"hello"_s), 1u);
    first.say(R"({"op":"subscribe","channels":["projected:0"]})");
    QTRY_COMPARE(first.count(u"projected.list"_s), 1u);
    Listener second(served);
    QTRY_COMPARE(second.count(u"hello"_s), 1u);
    second.say(R"({"op":"subscribe","channels":["projected:0"]})");
    QTRY_COMPARE(second.count(u"subscribed"_s), 1u);
    QTRY_COMPARE(second.messages.back()[u"type"_s], u"projected.list"_s);
    QCOMPARE(listIn(second.messages, 0), listOf(served, 0));
    QCOMPARE(first.count(u"projected.list"_s), 1u); // nothing new for that
}

void ProjectedTest::longListIsCutAndItsLastPartMayBeResumedFrom()
{
    ServedStore served;
    served.fill();
    see(served, 1, 2'000);
    QVERIFY(served.start());
    Listener client(served);
    std::size_t longest = 0;
    connect(&client.socket, &QWebSocket::textMessageReceived, this,
            [&](const QString &text) { longest = std::max(longest, static_cast<std::size_t>(text.size())); });
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    client.say(R"({"op":"subscribe","channels":["projected:0"]})");
    QTRY_COMPARE(listIn(client.messages, 0).size(), qsizetype(2'000));
    QVERIFY(longest <= 64 * 1024);
    std::vector<QJsonObject> parts;
    for (const QJsonObject &message : client.messages) {
        if (message[u"channel"_s] == u"projected:0"_s)
            parts.push_back(message);
    }
    QVERIFY(parts.size() > 2);
    for (const QJsonObject &part : parts) {
        QCOMPARE(part[u"seq"_s], parts.front()[u"seq"_s]);
        QCOMPARE(part.contains(u"resume"_s), &part != &parts.back());
    }
}

void ProjectedTest::listsLongerThanTheQueueReachASlowReader()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.clients.queueMessages = 8;
    config.clients.queueBytes = 100'000;
    config.clients.deliveryTimeout = std::chrono::minutes(1);
    ServedStore served(config);
    served.fill();
    see(served, 1, 15'000); // one block and a half
    QVERIFY(served.start());
    served.store.projectedInterest().want(this, 0b11);
    const std::vector<QJsonObject> messages = besides([&] {
        std::vector<QJsonObject> all;
        RawClient client = RawClient::connectTo(served.port(), 4096);
        client.setPatience(20'000);
        client.send("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n");
        client.readUntil("\r\n\r\n");
        client.send(textFrame(R"({"op":"subscribe","channels":["projected:0","projected:1"]})") +
                    textFrame(R"({"op":"ping","timestamp":1})"));
        do {
            const RawClient::Frame frame = client.readFrame();
            if (frame.opcode != 1)
                break;
            all.push_back(QJsonDocument::fromJson(QByteArray::fromStdString(frame.payload)).object());
        } while (all.back()[u"type"_s] != u"pong"_s);
        return all;
    });
    QVERIFY(!messages.empty() && messages.back()[u"type"_s] == u"pong"_s);
    for (const int index : {0, 1}) {
        const QSet<QString> expected = listOf(served, static_cast<std::size_t>(index));
        QVERIFY(expected.size() > 5'000);
        QCOMPARE(listIn(messages, index), expected);
    }
}

void ProjectedTest::restReadsItPageByPage()
{
    ServedStore served;
    served.fill();
    see(served, 1, 25);
    QVERIFY(served.start());
    const Answer whole = get(served, "/api/v1/projected/0");
    QCOMPARE(whole.status, 200);
    QVERIFY(!whole.field("Tipwatch-Position").isEmpty());
    QVERIFY(whole.field("Link").isEmpty());
    const QJsonArray transactions = whole.object()[u"transactions"_s].toArray();
    QCOMPARE(transactions.size(), 25);
    QCOMPARE(whole.object()[u"index"_s], 0);

    QJsonArray pages;
    int requests = 0;
    static const QRegularExpression link(u"^<([^>]*)>; rel=\"next\"$"_s);
    for (std::string path = "/api/v1/projected/0?limit=10"; !path.empty(); ++requests) {
        const Answer page = get(served, path);
        QCOMPARE(page.status, 200);
        for (const QJsonValue &transaction : page.object()[u"transactions"_s].toArray())
            pages.append(transaction);
        path = link.match(QString::fromUtf8(page.field("Link"))).captured(1).toStdString();
    }
    QCOMPARE(requests, 3);
    QCOMPARE(pages, transactions);
    QCOMPARE(get(served, "/api/v1/projected/1").object()[u"transactions"_s].toArray(), QJsonArray());

    served.store.projectedInterest().want(this, 1); // from the snapshot then
    QCOMPARE(get(served, "/api/v1/projected/0").body, whole.body);
}

void ProjectedTest::badRequests_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    QTest::newRow("ninth block") << std::string("8") << 404 << u"unknown_block"_s;
    QTest::newRow("no number") << std::string("first") << 404 << u"unknown_block"_s;
    QTest::newRow("negative") << std::string("-1") << 404 << u"unknown_block"_s;
    QTest::newRow("no limit") << std::string("0?limit=0") << 400 << u"bad_limit"_s;
    QTest::newRow("too much") << std::string("0?limit=10001") << 400 << u"bad_limit"_s;
    QTest::newRow("after without limit") << std::string("0?after=") + std::string(64, '0') << 400 << u"bad_after"_s;
    QTest::newRow("after no txid") << std::string("0?limit=5&after=12") << 400 << u"bad_after"_s;
}

void ProjectedTest::badRequests()
{
    QFETCH(std::string, path);
    QFETCH(int, status);
    QFETCH(QString, code);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const Answer answer = get(served, "/api/v1/projected/" + path);
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.errorCode(), code);
}

QTEST_GUILESS_MAIN(ProjectedTest)
#include "test_projected.moc"
