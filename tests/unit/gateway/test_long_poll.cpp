// SPDX-License-Identifier: GPL-3.0-or-later
// /api/v1/poll, over real connections where it can be seen there.
#include "server/gateway/dialects/dialect_set.h"
#include "server/gateway/stream/long_poll.h"
#include "tests/unit/gateway/event_source.h"

#include <QLoggingCategory>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

/// What @p answer tells, in order.
QStringList typesOf(const QJsonObject &answer)
{
    QStringList types;
    for (const QJsonValue &event : answer["events"_L1].toArray())
        types.append(event["type"_L1].toString());
    return types;
}

QStringList seenBy(const QJsonObject &answer)
{
    QStringList txids;
    for (const QJsonValue &event : answer["events"_L1].toArray())
        txids += test::seenIn(event.toObject());
    return txids;
}

QString positionOf(const ServedStore &served)
{
    return QString::fromStdString(served.store.snapshot()->position.toText());
}

QJsonObject poll(const ServedStore &served, const QString &query)
{
    const test::Answer answer = get(served, "/api/v1/poll?" + query.toStdString());
    return answer.status == 200 && answer.field("Content-Type") == "application/json" ? answer.object() : QJsonObject();
}

/// Speaks canonical JSON and says where it is if it cannot say more.
class PollProtocol final : public Protocol {
public:
    const Dialect *dialect(Wire wire) const override { return m_dialects.find(wire); }
    void opened(Session &, const Newcomer &, const StreamState &, Outbox &) override {}
    void textReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}
    void binaryReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}
    void startOver(const Session &, const StreamState &, Outbox &out) override
    {
        out.push_back({Frame::text(R"({"type":"state"})")});
    }

private:
    DialectSet m_dialects;
};

/// A shard's place in the stream, by hand.
struct Stream {
    StreamState state;
    PollProtocol protocol;
    Session session;

    explicit Stream(ChannelSet channels) : state{.metrics = nullptr, .ring = EventRing({})}
    {
        session.speak(Wire::Json, channels);
        goTo(0);
        state.ring.restart({1, 0});
    }
    void goTo(std::uint64_t seq)
    {
        auto picture = std::make_shared<ChainSnapshot>();
        picture->position = {1, seq};
        state.snapshot = std::move(picture);
    }
    void tellTip(std::uint64_t seq)
    {
        goTo(seq);
        const auto event = std::make_shared<const ChainEvent>(ChainEvent{{1, seq}, 0, TipChanged{}, "main"});
        state.ring.add(std::make_shared<const StreamEvent>(std::vector<ChainEventPtr>{event}), 0);
    }
    void tellFigures() { state.metrics = std::make_shared<const StreamEvent>(StreamMetrics(), state.snapshot, 0); }
    bool isDue(LongPoll &poll) { return poll.isDue(state, session.wants(), protocol); }
    QJsonObject answer(LongPoll &poll)
    {
        const LongPoll::Answer answer = poll.answer(state, session, protocol);
        const std::string_view body = answer.frame->bytes();
        return QJsonDocument::fromJson(QByteArray(body.data(), static_cast<qsizetype>(body.size()))).object();
    }
};

} // namespace

class LongPollTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void withoutPositionTheStateIsAnsweredAtOnce();
    void whatCameIsAnsweredAtOnce();
    void nextEventIsAnswered();
    void timeoutIsAnsweredWithNothing_data();
    void timeoutIsAnsweredWithNothing();
    void positionThatCannotBeResumedStartsOver();
    void nothingIsMissedOrRepeatedFromPollToPoll();
    void longAnswerGoesOnInTheNext();
    void filtersTransactions();
    void stoppingAnswersEverybody();
    void hangingUpGivesThePlaceBack();
    void positionOfAnotherShardIsWaitedFor();
    void positionThatNeverComesStartsOver();
    void newFiguresAreAnswered();
};

void LongPollTest::withoutPositionTheStateIsAnsweredAtOnce()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const QJsonObject answer = poll(served, u"channels=tip,blocks,fees"_s);
    QCOMPARE(answer["position"_L1].toString(), positionOf(served));
    QCOMPARE(answer["recovered"_L1], false);
    QCOMPARE(typesOf(answer), (QStringList{u"tip.update"_s, u"fees.update"_s}));
    QCOMPARE(typesOf(poll(served, {})), (QStringList{u"tip.update"_s, u"mempool.update"_s}));
}

void LongPollTest::whatCameIsAnsweredAtOnce()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const QString since = positionOf(served);
    served.mine(13);
    served.see(1);
    served.mine(14);
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 1); // the last of it
    QStringList types, seen;
    for (QString position = since; types.count(u"block.mined"_s) < 2;) { // a shard may hear of the last of it a moment later
        const QJsonObject answer = poll(served, u"timeout=60&since="_s + position);
        QCOMPARE(answer["recovered"_L1], true);
        position = answer["position"_L1].toString();
        const QStringList now = typesOf(answer);
        QVERIFY(now.count(u"tip.update"_s) <= 1); // the latest says it all
        types += now;
        seen += seenBy(answer);
    }
    QCOMPARE(types.count(u"block.mined"_s), 2);
    QVERIFY(types.contains(u"tip.update"_s));
    QCOMPARE(seen, QStringList(hexOf(1)));
}

void LongPollTest::nextEventIsAnswered()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    RawClient client = RawClient::connectTo(served.port());
    client.setPatience(20'000);
    client.send("GET /api/v1/poll?channels=blocks&timeout=60&since=" + positionOf(served).toStdString() +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(parse(besides([&] { return client.readUntil("\r\n\r\n"); })).status, 200);
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 1, 20'000);
    served.see(1); // concerns others
    served.mine(13);
    const std::string body = besides([&] { return client.readAll(); });
    const QJsonObject answer = QJsonDocument::fromJson(QByteArray::fromStdString(body)).object();
    QCOMPARE(typesOf(answer), QStringList(u"block.mined"_s));
    QCOMPARE(answer["recovered"_L1], true);
    client.hangUp();
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 20'000);
}

void LongPollTest::timeoutIsAnsweredWithNothing_data()
{
    QTest::addColumn<int>("seconds");
    QTest::newRow("at once") << 0;
    QTest::newRow("after a second") << 1;
}

void LongPollTest::timeoutIsAnsweredWithNothing()
{
    QFETCH(int, seconds);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    QElapsedTimer timer;
    timer.start();
    const QJsonObject answer = poll(served, u"channels=blocks&timeout=%1&since=%2"_s.arg(seconds).arg(positionOf(served)));
    QVERIFY(timer.elapsed() >= 1000 * seconds);
    QCOMPARE(answer["position"_L1].toString(), positionOf(served));
    QCOMPARE(answer["recovered"_L1], true);
    QVERIFY(answer["events"_L1].isArray());
    QCOMPARE(answer["events"_L1].toArray().size(), 0);
}

void LongPollTest::positionThatCannotBeResumedStartsOver()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const QString epoch = QString::fromStdString(served.store.snapshot()->position.epochText());
    for (const QString &since : {u"0123456789abcdef:1"_s, epoch + u":1"_s}) {
        const QJsonObject answer = poll(served, u"timeout=60&channels=tip,blocks&since="_s + since);
        QCOMPARE(answer["recovered"_L1], false);
        QCOMPARE(answer["position"_L1].toString(), positionOf(served));
        QCOMPARE(typesOf(answer), QStringList(u"tip.update"_s));
    }
}

void LongPollTest::nothingIsMissedOrRepeatedFromPollToPoll()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.shards = 3;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    QString position = positionOf(served);
    QStringList seen;
    std::uint32_t told = 0;
    while (told < 200 || seen.size() < 200) {
        for (int i = 0; i < 7 && told < 200; ++i)
            served.see(++told);
        const QJsonObject answer = poll(served, u"channels=txs&timeout=60&since="_s + position);
        QCOMPARE(answer["recovered"_L1], true);
        position = answer["position"_L1].toString();
        seen += seenBy(answer);
    }
    QCOMPARE(seen, hexOf(1, 200));
}

void LongPollTest::longAnswerGoesOnInTheNext()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    QString position = positionOf(served);
    for (std::uint32_t n = 1; n <= 5000; ++n)
        served.see(n);
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 5000); // the last of it
    QStringList seen;
    int answers = 0;
    while (seen.size() < 5000) {
        const test::Answer answer = get(served, "/api/v1/poll?channels=txs&timeout=60&since=" + position.toStdString());
        QVERIFY(answer.body.size() < 512 * 1024);
        QCOMPARE(answer.object()["recovered"_L1], true);
        position = answer.object()["position"_L1].toString();
        seen += seenBy(answer.object());
        ++answers;
    }
    QVERIFY(answers > 2);
    QCOMPARE(seen, hexOf(1, 5000));
    QCOMPARE(position, positionOf(served));
}

void LongPollTest::filtersTransactions()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const QString since = positionOf(served);
    for (std::uint32_t n = 1; n <= 5; ++n)
        served.see(n);
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 5); // the last of it
    QCOMPARE(seenBy(poll(served, u"channels=txs&txid=%1&since=%2"_s.arg(hexOf(4), since))), QStringList(hexOf(4)));
    QCOMPARE(typesOf(poll(served, u"channels=txs&minFeerate=11&timeout=0&since="_s + since)), QStringList());
}

void LongPollTest::stoppingAnswersEverybody()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const std::string position = positionOf(served).toStdString();
    RawClient client = RawClient::connectTo(served.port());
    client.send("GET /api/v1/poll?channels=blocks&timeout=60&since=" + position + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 1, 20'000);
    served.gateway->stop();
    QCOMPARE(parse(client.readAll()).body,
             QByteArray::fromStdString(R"({"position":")" + position + R"(","recovered":true,"events":[]})"));
}

void LongPollTest::hangingUpGivesThePlaceBack()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    RawClient client = RawClient::connectTo(served.port());
    client.send("GET /api/v1/poll?channels=blocks&timeout=60&since=" + positionOf(served).toStdString() +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 1, 20'000);
    client.hangUp();
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 20'000);
}

void LongPollTest::positionOfAnotherShardIsWaitedFor()
{
    Stream stream({Channel::Tip});
    stream.tellTip(1);
    LongPoll poll(Position{1, 3}, 0);
    QVERIFY(!stream.isDue(poll));
    stream.tellTip(2);
    QVERIFY(!stream.isDue(poll));
    stream.tellTip(3);
    QVERIFY(!stream.isDue(poll)); // known to the client
    stream.tellTip(4);
    QVERIFY(stream.isDue(poll));
    const QJsonObject answer = stream.answer(poll);
    QCOMPARE(answer["recovered"_L1], true);
    QCOMPARE(answer["position"_L1], "0000000000000001:4"_L1);
    QCOMPARE(answer["events"_L1].toArray().size(), 1);
    QCOMPARE(answer["events"_L1][0]["seq"_L1], 4);
}

void LongPollTest::positionThatNeverComesStartsOver()
{
    Stream stream({Channel::Tip});
    stream.tellTip(1);
    LongPoll poll(Position{1, 3}, 0);
    QVERIFY(!stream.isDue(poll));
    const QJsonObject answer = stream.answer(poll);
    QCOMPARE(answer["recovered"_L1], false);
    QCOMPARE(answer["position"_L1], "0000000000000001:1"_L1);
    QCOMPARE(typesOf(answer), QStringList(u"state"_s));
}

void LongPollTest::newFiguresAreAnswered()
{
    Stream stream({Channel::Tip, Channel::Metrics});
    stream.tellTip(1);
    stream.tellFigures();
    LongPoll poll(Position{1, 1}, 0);
    QVERIFY(!stream.isDue(poll)); // they may be known
    stream.tellFigures();
    QVERIFY(stream.isDue(poll));
    const QJsonObject answer = stream.answer(poll);
    QCOMPARE(typesOf(answer), QStringList(u"metrics.update"_s));
    QCOMPARE(answer["position"_L1], "0000000000000001:1"_L1);

    LongPoll late(Position{1, 0}, 0); // is answered anyhow
    QVERIFY(stream.isDue(late));
    QCOMPARE(typesOf(stream.answer(late)), (QStringList{u"tip.update"_s, u"metrics.update"_s}));
}

QTEST_GUILESS_MAIN(LongPollTest)
#include "test_long_poll.moc"
