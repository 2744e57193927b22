// SPDX-License-Identifier: GPL-3.0-or-later
// /api/v1/events over real connections.
#include "server/gateway/dialects/dialect_set.h"
#include "server/gateway/stream/selection.h"
#include "tests/unit/gateway/event_source.h"
#include "tests/unit/gateway/token_maker.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTemporaryDir>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

QStringList seenInAll(const std::vector<StreamBlock> &blocks)
{
    QStringList txids;
    for (const StreamBlock &block : blocks)
        txids += test::seenIn(block.message());
    return txids;
}

QList<QByteArray> eventsOf(const std::vector<StreamBlock> &blocks)
{
    QList<QByteArray> events;
    for (const StreamBlock &block : blocks)
        events.append(block.event);
    return events;
}

} // namespace

class EventStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void beginsWithHelloAndTheState();
    void headRequestIsAnsweredWithTheHeadOnly();
    void saysWhatAWebSocketHears();
    void resumesFromTheLastEventWithoutGapOrRepetition_data();
    void resumesFromTheLastEventWithoutGapOrRepetition();
    void whatIsNotToBeResumedFromHasNoId();
    void positionThatCannotBeResumedStartsOver_data();
    void positionThatCannotBeResumedStartsOver();
    void filtersTransactions();
    void badParametersAreRefused_data();
    void badParametersAreRefused();
    void tokenLimitsTheChannels();
    void countsAsAClient();
    void eventsAreEncodedOnceForAll();
    void quietStreamIsKeptAlive();
    void whatTheClientSendsIsIgnored();
    void slowReaderIsLetGoOf();
    void stoppingEndsTheStream();
};

void EventStreamTest::beginsWithHelloAndTheState()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    EventSource source(served);
    QCOMPARE(source.head.status, 200);
    QCOMPARE(source.head.field("Content-Type"), QByteArray("text/event-stream"));
    QCOMPARE(source.head.field("Cache-Control"), QByteArray("no-store"));
    QCOMPARE(source.head.field("X-Accel-Buffering"), QByteArray("no"));
    QCOMPARE(source.head.field("X-Content-Type-Options"), QByteArray("nosniff"));
    QCOMPARE(source.head.field("Content-Length"), QByteArray());
    const QByteArray position = QByteArray::fromStdString(served.store.snapshot()->position.toText());
    QCOMPARE(source.head.field("Tipwatch-Position"), position);
    QCOMPARE(besides([&] { return source.client().readUntil("\n\n"); }), "retry: 2000\n\n"s);

    const StreamBlock hello = source.next();
    QCOMPARE(hello.event, QByteArray("hello"));
    QCOMPARE(hello.id, position);
    QCOMPARE(hello.messageData()["network"_L1], "regtest"_L1);
    QCOMPARE(hello.messageData()["recovered"_L1], false);
    for (const char *type : {"tip.update", "mempool.update"}) { // the default channels' state
        const StreamBlock state = source.next();
        QCOMPARE(state.event, QByteArray(type));
        QCOMPARE(state.message()["type"_L1].toString(), QLatin1String(type));
        QCOMPARE(state.id, position);
    }
    served.mine(13);
    QCOMPARE(source.nextUntil("tip.update").back().messageData()["height"_L1], 13);
}

void EventStreamTest::headRequestIsAnsweredWithTheHeadOnly()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const test::Answer answer = ask(served, "HEAD /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.field("Content-Type"), QByteArray("text/event-stream"));
    QCOMPARE(answer.body, QByteArray());
    QCOMPARE(served.gateway->status().clients, 0);
}

void EventStreamTest::saysWhatAWebSocketHears()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    Listener webSocket(served);
    QTRY_COMPARE(webSocket.count(u"mempool.update"_s), std::size_t(1));
    EventSource source(served);
    source.hello();
    source.nextUntil("mempool.update");
    served.mine(13);
    served.see(1);
    std::vector<StreamBlock> blocks = source.nextUntil("tx.seen");
    QTRY_COMPARE(webSocket.count(u"tx.seen"_s), std::size_t(1));
    for (const StreamBlock &block : blocks) {
        const QJsonObject message = block.message();
        QCOMPARE(QString::fromUtf8(block.event), message["type"_L1].toString());
        QVERIFY(std::find(webSocket.messages.begin(), webSocket.messages.end(), message) != webSocket.messages.end());
        const auto position = Position::fromText(block.id.toStdString());
        QVERIFY(position);
        QCOMPARE(position->epoch, served.store.snapshot()->position.epoch);
        QCOMPARE(static_cast<qint64>(position->seq), message["seq"_L1].toInteger());
    }
    QVERIFY(eventsOf(blocks).contains("block.mined"));
}

void EventStreamTest::resumesFromTheLastEventWithoutGapOrRepetition_data()
{
    QTest::addColumn<bool>("asParameter");
    QTest::addColumn<bool>("withOlderParameter");
    QTest::newRow("Last-Event-ID") << false << false;
    QTest::newRow("since") << true << false;
    QTest::newRow("Last-Event-ID before since") << false << true;
}

void EventStreamTest::resumesFromTheLastEventWithoutGapOrRepetition()
{
    QFETCH(bool, asParameter);
    QFETCH(bool, withOlderParameter);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const std::string beginning = served.store.snapshot()->position.toText();
    QStringList seen;
    std::string last;
    std::uint32_t told = 0;
    for (int visit = 0; visit < 4; ++visit) {
        const std::string since = asParameter && !last.empty() ? "&since=" + last
                                  : withOlderParameter         ? "&since=" + beginning
                                                               : "";
        EventSource source(served, "?channels=txs" + since, asParameter || last.empty() ? "" : "Last-Event-ID: " + last + "\r\n");
        QCOMPARE(source.hello().messageData()["recovered"_L1].toBool(), visit > 0 || withOlderParameter);
        for (int i = 0; i < 10; ++i)
            served.see(++told); // while it is there
        while (!seen.contains(hexOf(told - 5))) {
            const StreamBlock block = source.next();
            QVERIFY(!block.isEnd);
            QVERIFY(!block.id.isEmpty());
            last = block.id.toStdString();
            seen += test::seenIn(block.message());
        }
        source.client().hangUp();
        for (int i = 0; i < 10; ++i)
            served.see(++told); // while it is not
    }
    EventSource source(served, "?channels=txs", "Last-Event-ID: " + last + "\r\n");
    while (!seen.contains(hexOf(told))) {
        const StreamBlock block = source.next();
        QVERIFY(!block.isEnd);
        seen += test::seenIn(block.message());
    }
    QCOMPARE(seen, hexOf(1, told));
}

void EventStreamTest::whatIsNotToBeResumedFromHasNoId()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const std::string position = served.store.snapshot()->position.toText();
    served.mine(13);
    served.see(1);
    EventSource source(served, "?channels=blocks,tip,txs", "Last-Event-ID: " + position + "\r\n");
    const StreamBlock hello = source.hello(), tip = source.next();
    QCOMPARE(hello.messageData()["recovered"_L1], true);
    QCOMPARE(hello.id, QByteArray());
    QCOMPARE(tip.event, QByteArray("tip.update")); // as it is now, ahead of what is still to come
    QCOMPARE(tip.id, QByteArray());
    QCOMPARE(tip.message()["resume"_L1], false);
    const std::vector<StreamBlock> missed = source.nextUntil("tx.seen");
    QCOMPARE(missed.front().event, QByteArray("block.mined"));
    QVERIFY(!missed.back().id.isEmpty());
    QCOMPARE(seenInAll(missed), QStringList(hexOf(1)));
}

void EventStreamTest::positionThatCannotBeResumedStartsOver_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("field");
    QTest::newRow("of another run") << "?since=0123456789abcdef:1"s
                                    << ""s;
    QTest::newRow("of another run, header") << ""s
                                            << "Last-Event-ID: 0123456789abcdef:1\r\n"s;
    QTest::newRow("of another server") << ""s
                                       << "Last-Event-ID: 17\r\n"s;
    QTest::newRow("forgotten") << "?since=EPOCH:1"s
                               << ""s;
    QTest::newRow("yet to come") << "?since=EPOCH:18446744073709551615"s
                                 << ""s;
}

void EventStreamTest::positionThatCannotBeResumedStartsOver()
{
    QFETCH(std::string, query);
    QFETCH(std::string, field);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const Position now = served.store.snapshot()->position;
    if (const std::size_t at = query.find("EPOCH"); at != std::string::npos)
        query.replace(at, 5, now.epochText());
    EventSource source(served, query, field);
    const StreamBlock hello = source.hello();
    QCOMPARE(hello.messageData()["recovered"_L1], false);
    QCOMPARE(hello.id, QByteArray::fromStdString(now.toText()));
    QCOMPARE(source.next().event, QByteArray("tip.update"));
}

void EventStreamTest::filtersTransactions()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    EventSource source(served,
                       "?channels=txs,blocks&minFeerate=9.5&txid=" + hexOf(3).toStdString() + "," + hexOf(4).toStdString());
    source.hello();
    for (std::uint32_t n = 1; n <= 10; ++n)
        served.see(n); // at 10 sat/vB
    served.mine(13);
    QCOMPARE(seenInAll(source.nextUntil("block.mined")), hexOf(3, 4));
    EventSource rich(served, "?channels=txs,blocks&minFeerate=11");
    rich.hello();
    for (std::uint32_t n = 11; n <= 20; ++n)
        served.see(n);
    served.mine(14);
    QCOMPARE(seenInAll(rich.nextUntil("block.mined")), QStringList());
}

void EventStreamTest::badParametersAreRefused_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *query, const char *code, const char *says) {
        QTest::newRow(name) << std::string("events?") + query << QString::fromLatin1(code) << QString::fromLatin1(says);
    };
    row("unknown channel", "channels=tip,blcks", "unknown_channel", "accepted: tip, blocks, txs, mempool");
    row("no channel", "channels=", "unknown_channel", "accepted");
    row("empty channel", "channels=tip,,blocks", "unknown_channel", "accepted");
    row("escaped", "channels=ti%70,n%6Fpe", "unknown_channel", "nope");
    row("no number", "minFeerate=much", "bad_filter", "minFeerate is a number of sat/vB");
    row("negative", "minFeerate=-1", "bad_filter", "minFeerate");
    row("not finite", "minFeerate=inf", "bad_filter", "minFeerate");
    row("part of a satoshi", "minValue=1.5", "bad_filter", "satoshi");
    row("unknown flag", "flags=rbf,fast", "bad_filter", "a flag is one of");
    row("bad txid", "txid=abc", "bad_filter", "64 hexadecimal digits");
    row("bad address", "address=nobody", "bad_filter", "address");
    row("filter without txs", "channels=tip&minFeerate=1", "bad_filter", "filters txs");
    row("bad since", "since=yesterday", "bad_message", "<epoch>:<seq>");
    row("since without number", "since=0123456789abcdef:", "bad_message", "<epoch>:<seq>");
    row("since with more", "since=0123456789abcdef:5x", "bad_message", "<epoch>:<seq>");
    row("since with sign", "since=0123456789abcdef:-5", "bad_message", "<epoch>:<seq>");
    row("seq too long", "since=0123456789abcdef:99999999999999999999", "bad_message", "<epoch>:<seq>");
    row("twice", "since=0123456789abcdef:5&since=0123456789abcdef:6", "bad_message", "twice");
    row("unknown parameter", "minFeeRate=5", "bad_message", "accepted: channels, since");
    row("timeout of a poll", "timeout=5", "bad_message", "accepted");
    row("broken escape", "channels=%zz", "bad_message", "hexadecimal");
    const auto poll = [](const char *name, const char *query, const char *code, const char *says) {
        QTest::newRow(name) << std::string("poll?") + query << QString::fromLatin1(code) << QString::fromLatin1(says);
    };
    poll("poll: unknown channel", "channels=nope", "unknown_channel", "accepted");
    for (const char *timeout : {"timeout=61", "timeout=-1", "timeout=soon", "timeout=", "timeout=1.5"})
        poll(timeout, timeout, "bad_message", "from 0 to 60");
}

void EventStreamTest::badParametersAreRefused()
{
    QFETCH(std::string, query);
    QFETCH(QString, code);
    QFETCH(QString, says);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const test::Answer answer = get(served, "/api/v1/" + query);
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.errorCode(), code);
    const QString message = answer.object()["error"_L1]["message"_L1].toString();
    QVERIFY2(message.contains(says), qPrintable(message));
    QCOMPARE(served.gateway->status().clients, 0);
}

void EventStreamTest::tokenLimitsTheChannels()
{
    const std::string secret = "0123456789abcdef0123456789abcdef";
    QTemporaryDir directory;
    QFile file(directory.filePath(u"secret"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(secret.c_str());
    file.close();
    GatewayConfig config = ServedStore::roomForAll();
    config.auth.required = true;
    config.auth.jwtKeyFile = file.fileName().toStdString();
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());

    QCOMPARE(get(served, "/api/v1/events").status, 401);
    QCOMPARE(get(served, "/api/v1/poll").status, 401);
    const std::string token = "token=" + hs256Token(R"({"channels":["tip","fees"]})", secret);
    const test::Answer refused = get(served, "/api/v1/events?channels=tip,blocks&" + token);
    QCOMPARE(refused.status, 403);
    QCOMPARE(refused.errorCode(), u"forbidden"_s);
    const std::string feesOnly = "token=" + hs256Token(R"({"channels":["fees"]})", secret);
    QCOMPARE(get(served, "/api/v1/poll?" + feesOnly).status, 403);

    EventSource source(served, "?" + token);
    QCOMPARE(source.head.status, 200);
    source.hello();
    QCOMPARE(source.next().event, QByteArray("tip.update"));
    served.mine(13);
    QCOMPARE(source.next().event, QByteArray("tip.update")); // and no block
}

void EventStreamTest::countsAsAClient()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.clients.maxConnections = 1;
    ServedStore served(config);
    QVERIFY(served.start());
    EventSource source(served);
    source.hello();
    QCOMPARE(served.gateway->status().clients, 1);
    const test::Answer full = get(served, "/api/v1/events");
    QCOMPARE(full.status, 503);
    QVERIFY(!full.field("Retry-After").isEmpty());
    source.client().hangUp();
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 20'000);
    QCOMPARE(EventSource(served).head.status, 200);
}

/// Stands for a shard.
class Shards final : public Protocol {
public:
    const Dialect *dialect(Wire wire) const override { return m_dialects.find(wire); }
    void opened(Session &, const Newcomer &, const StreamState &, Outbox &) override {}
    void textReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}
    void binaryReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}

private:
    DialectSet m_dialects;
};

void EventStreamTest::eventsAreEncodedOnceForAll()
{
    Shards one, other;
    TipChanged changed;
    changed.tip.height = Height(5);
    const auto event = std::make_shared<const StreamEvent>(
        std::vector{std::make_shared<const ChainEvent>(ChainEvent{{7, 8}, 9, changed, "regtest"})});
    const std::vector events{StreamEventPtr(event)};
    Subscription wants;
    wants.wire = Wire::EventStream;
    wants.channels = {Channel::Tip};
    Subscription wantsMore = wants;
    wantsMore.channels = defaultChannels;
    Selections first(events, one), second(events, other);
    const FramePtr frame = first.of(wants).messages.front().frame;
    QVERIFY(frame->bytes().starts_with("id: 0000000000000007:8\nevent: tip.update\ndata: {\"type\":\"tip.update\""));
    QCOMPARE(first.of(wantsMore).messages.front().frame, frame);
    QCOMPARE(second.of(wants).messages.front().frame, frame);

    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    std::vector<std::unique_ptr<EventSource>> sources;
    for (int i = 0; i < 100; ++i) {
        sources.push_back(std::make_unique<EventSource>(served, "?channels=blocks"));
        QCOMPARE(sources.back()->hello().event, QByteArray("hello"));
    }
    QCOMPARE(served.gateway->status().clients, 100);
    served.mine(13);
    const QByteArray told = sources.front()->next().data;
    for (std::size_t i = 1; i < sources.size(); ++i)
        QCOMPARE(sources[i]->next().data, told);
}

void EventStreamTest::quietStreamIsKeptAlive()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.clients.pingInterval = std::chrono::milliseconds(50);
    config.clients.pongTimeout = std::chrono::milliseconds(60'000);
    ServedStore served(config);
    QVERIFY(served.start());
    EventSource source(served, "?channels=blocks");
    source.hello();
    for (int i = 0; i < 3; ++i)
        QCOMPARE(source.next().comment, QByteArray("keepalive"));
}

void EventStreamTest::whatTheClientSendsIsIgnored()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    EventSource source(served, "?channels=blocks");
    source.hello();
    source.client().send("GET / HTTP/1.1\r\n\r\n" + std::string(300'000, '\x81'));
    served.mine(13);
    QCOMPARE(source.next().event, QByteArray("block.mined"));
}

void EventStreamTest::slowReaderIsLetGoOf()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.clients.queueMessages = 16;
    config.clients.deliveryTimeout = std::chrono::milliseconds(100);
    config.clients.writeTimeout = std::chrono::milliseconds(60'000);
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    EventSource slow(served, "?channels=txs,blocks", "", 4096), witness(served, "?channels=txs,blocks");
    slow.hello();
    witness.hello();
    std::uint32_t told = 0;
    for (int block = 13; block < 43; ++block) {
        std::vector<MempoolEntry> entries;
        for (int i = 0; i < 100; ++i) {
            served.store.addTransaction(ServedStore::txidOf(++told), 0, served.clock.unixMs());
            MempoolEntry entry;
            entry.txid = ServedStore::txidOf(told);
            entry.fee = Satoshi(1000);
            entry.vsize = VBytes(100);
            entry.weight = Weight(400);
            entries.push_back(entry);
        }
        served.store.describeTransactions(entries);
        served.mine(block);
        QCOMPARE(witness.nextUntil("block.mined").back().event, QByteArray("block.mined"));
    }
    QTRY_VERIFY_WITH_TIMEOUT(get(served, "/metrics").body.contains("{type=\"slow\"} 1\n"), 20'000);
    std::vector<StreamBlock> rest = slow.nextUntil("nothing");
    QVERIFY(rest.size() >= 2);
    QVERIFY(rest.back().isEnd);
    QVERIFY2(rest[rest.size() - 2].comment.startsWith("closed 4008 "), rest[rest.size() - 2].data.constData());
    slow.client().hangUp();
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 1, 20'000);

    // And it comes back to where it was.
    const auto last = std::find_if(rest.rbegin(), rest.rend(), [](const StreamBlock &block) { return !block.id.isEmpty(); });
    QVERIFY(last != rest.rend());
    QStringList seen = seenInAll(rest);
    EventSource again(served, "?channels=txs", "Last-Event-ID: " + last->id.toStdString() + "\r\n");
    QCOMPARE(again.hello().messageData()["recovered"_L1], true);
    while (!seen.contains(hexOf(told))) {
        const StreamBlock block = again.next();
        QVERIFY(!block.isEnd);
        seen += test::seenIn(block.message());
    }
    QCOMPARE(seen, hexOf(1, told));
}

void EventStreamTest::stoppingEndsTheStream()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    EventSource source(served, "?channels=blocks");
    source.hello();
    served.gateway->stop();
    QCOMPARE(source.client().readAll(), ": closed 1001 server is shutting down\n\n"s);
}

QTEST_GUILESS_MAIN(EventStreamTest)
#include "test_event_stream.moc"
