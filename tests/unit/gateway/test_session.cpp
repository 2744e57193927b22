// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/stream_protocol.h"
#include "tests/support/domain_samples.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/gateway/plain_stream.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

class SessionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void helloComesFirstThenTheDefaultSnapshots();
    void unknownStateIsNotSent();
    void answers_data();
    void answers();
    void firstSubscribeReplacesTheDefault();
    void unsubscribeFirstKeepsTheRestOfTheDefault();
    void snapshotsFollowTheSubscribedAnswer();
    void snapshotChangesNoSubscription();
    void knownChannelsApplyThoughOthersAreUnknown();
    void onlyUnknownChannelsChangeNothing();
    void badMessageChangesNothing();
    void binaryIsRefused();
    void deepNestingIsRefused();
    void longMessagesAreParsedUpToTheCap();
    void anyGarbageGetsOneAnswer();

    void missedEventsAreSentAgainIfTheRingHasThem_data();
    void missedEventsAreSentAgainIfTheRingHasThem();
    void laterSubscribeOfALaggardIsNotRecovered();
    void latestBlocksAreRepeatedOldestFirst();
    void tokenOpensChannels();
    void nothingIsToldBeforeTheTokenWhereOneIsRequired();
    void filtersAreSharedByThoseWhoSayTheSame();
    void signalsAddUpAndAreGivenUpOneByOne();

private:
    std::vector<std::string> say(std::string_view message);
    void standAt(std::uint64_t seq, int blocks = 0);

    const FakeClock m_clock;
    std::optional<StreamProtocol> m_protocol;
    Session m_session;
    StreamState m_stream{.metrics = nullptr, .ring = EventRing({})};
};

namespace {

std::string payloadOf(const Outgoing &outgoing)
{
    const std::string_view bytes = outgoing.frame->bytes();
    const std::size_t head = (bytes[1] & 0x7f) == 126 ? 4 : 2;
    return std::string(bytes.substr(head));
}

/// Messages of the stream as "<channel>", with a star if nobody may resume from there; the rest as it is.
std::vector<std::string> payloads(const Outbox &out)
{
    std::vector<std::string> all;
    for (const Outgoing &outgoing : out) {
        std::string payload = payloadOf(outgoing);
        if (outgoing.channel) {
            const bool isMarked = payload.find("\"resume\":false") != std::string::npos;
            payload = "<" + std::string(isMarked ? "*" : "") + std::string(channelName(*outgoing.channel)) + ">";
        }
        all.push_back(std::move(payload));
    }
    return all;
}

using Texts = std::vector<std::string>;

} // namespace

void SessionTest::init()
{
    m_session = Session();
    m_session.speak(Wire::Json, defaultChannels);
    m_protocol.emplace(StreamProtocol::Needs{{"tipwatch/9.9.9", {}, {}, 30'000, 64 * 1024, 256, 20}, m_clock});
    standAt(77);
}

/// The stream is at @p seq, with @p blocks known, and its ring reaches back to 70.
void SessionTest::standAt(std::uint64_t seq, int blocks)
{
    auto picture = std::make_shared<ChainSnapshot>();
    picture->position = {0xabc, seq};
    picture->tip.height = Height(5);
    picture->status.network = "regtest";
    for (int i = 0; i < blocks; ++i) // newest first
        picture->blocks.push_back(std::make_shared<const BlockSummary>(samples::block(5 - i)));
    m_stream.snapshot = picture;
    m_stream.ring.restart({0xabc, 70});
    for (std::uint64_t at = 71; at <= seq; ++at)
        m_stream.ring.add(std::make_shared<const StreamEvent>(std::vector{plainEvent(at, Channel::Blocks, "x", 0xabc)}), 0);
}

std::vector<std::string> SessionTest::say(std::string_view message)
{
    Outbox out;
    m_protocol->textReceived(m_session, message, m_stream, out);
    return payloads(out);
}

void SessionTest::helloComesFirstThenTheDefaultSnapshots()
{
    Outbox out;
    m_protocol->opened(m_session, {}, m_stream, out);
    const Texts texts = payloads(out);
    QCOMPARE(texts.size(), std::size_t(3));
    const QJsonObject hello = QJsonDocument::fromJson(QByteArray::fromStdString(texts[0])).object();
    QCOMPARE(hello["type"_L1], u"hello"_s);
    const QJsonObject data = hello["data"_L1].toObject();
    QCOMPARE(data["server"_L1], u"tipwatch/9.9.9"_s);
    QCOMPARE(data["epoch"_L1], u"0000000000000abc"_s);
    QCOMPARE(data["seq"_L1], 77);
    QCOMPARE(data["network"_L1], u"regtest"_s);
    QCOMPARE(data["chain"_L1], u"bitcoin"_s);
    QCOMPARE(data["ping"_L1], 30);
    QCOMPARE(data["limits"_L1]["maxMessageSize"_L1], 65536);
    QCOMPARE(texts[1], std::string("<tip>"));
    QCOMPARE(texts[2], std::string("<mempool>"));
    QCOMPARE(*out[1].channel, Channel::Tip);
}

void SessionTest::unknownStateIsNotSent()
{
    m_stream.snapshot = std::make_shared<ChainSnapshot>();
    Outbox out;
    m_protocol->opened(m_session, {}, m_stream, out);
    QCOMPARE(out.size(), std::size_t(1));
    QVERIFY(payloadOf(out[0]).find("\"network\":null") != std::string::npos);
}

void SessionTest::answers_data()
{
    QTest::addColumn<std::string>("message");
    QTest::addColumn<std::string>("answer");
    const auto row = [](const char *name, const std::string &message, const std::string &answer) {
        QTest::newRow(name) << message << answer;
    };
    const auto error = [](const std::string &code, const std::string &id = {}) {
        return R"({"type":"error",)" + (id.empty() ? "" : "\"id\":" + id + ",") + R"("error":{"code":")" + code + "\"";
    };
    row("ping", R"({"op":"ping","timestamp":1763625600123})", R"({"type":"pong","timestamp":1763625600123})");
    row("ping with id", R"({"op":"ping","id":"a","timestamp":1.5})", R"({"type":"pong","id":"a","timestamp":1.5})");
    row("ping without anything", R"({"op":"ping"})", R"({"type":"pong"})");
    row("ping with a text for time", R"({"op":"ping","timestamp":"soon"})", R"({"type":"pong","timestamp":"soon"})");
    row("ping with a list for time", R"({"op":"ping","id":1,"timestamp":[1]})", error("bad_message", "1"));
    row("unsubscribe", R"({"op":"unsubscribe","id":2,"channels":["txs"]})",
        R"({"type":"unsubscribed","id":2,"data":{"channels":["tip","blocks","mempool"],"epoch":"0000000000000abc","seq":77}})");
    row("subscribe events", R"({"op":"subscribe","id":1,"channels":["blocks"],"since":{"epoch":"x","seq":1}})",
        R"({"type":"subscribed","id":1,"data":{"channels":["blocks"],"epoch":"0000000000000abc","seq":77,"recovered":false}})");
    row("channel as object", R"({"op":"subscribe","channels":[{"name":"txs","filter":{}}]})",
        R"({"type":"subscribed","data":{"channels":["txs"],"epoch":"0000000000000abc","seq":77,"recovered":false}})");
    row("id with quotes", R"({"op":"ping","id":"a\"\u00e4\u0000"})", "{\"type\":\"pong\",\"id\":\"a\\\"\xc3\xa4\\u0000\"}");
    row("great id", R"({"op":"ping","id":18446744073709551615})", R"({"type":"pong","id":18446744073709551615})");
    row("negative id", R"({"op":"ping","id":-5})", R"({"type":"pong","id":-5})");
    row("null id", R"({"op":"ping","id":null})", R"({"type":"pong"})");

    row("nothing", "", error("bad_json"));
    row("no json", "hello", error("bad_json"));
    row("half json", R"({"op":"ping")", error("bad_json"));
    row("two values", R"({"op":"ping"}{"op":"ping"})", error("bad_json"));
    row("a list", R"([1,2])", error("bad_message"));
    row("a number", "5", error("bad_message"));
    row("no op", R"({"id":9})", error("bad_message", "9"));
    row("op is a number", R"({"op":5,"id":9})", error("bad_message", "9"));
    row("id is an object", R"({"op":"ping","id":{}})", error("bad_message"));
    row("id is too long", R"({"op":"ping","id":")" + std::string(129, 'x') + "\"}", error("bad_message"));
    row("unknown op", R"({"op":"dance","id":"q"})", error("unknown_op", "\"q\""));
    row("no channels", R"({"op":"subscribe","id":1})", error("bad_message", "1"));
    row("channels is a text", R"({"op":"subscribe","id":1,"channels":"tip"})", error("bad_message", "1"));
    row("channel is a number", R"({"op":"subscribe","id":1,"channels":[5]})", error("bad_message", "1"));
    row("channel object without name", R"({"op":"subscribe","id":1,"channels":[{}]})", error("bad_message", "1"));
    row("unknown channel", R"({"op":"subscribe","id":1,"channels":["nope"]})", error("unknown_channel", "1"));
    row("filter", R"({"op":"subscribe","id":1,"channels":[{"name":"tip","filter":{"minFeerate":20}}]})",
        error("bad_filter", "1"));
    std::string many = R"({"op":"subscribe","id":1,"channels":[)";
    for (int i = 0; i < 101; ++i)
        many += std::string(i ? "," : "") + "\"tip\"";
    row("too many channels", many + "]}", error("too_many_channels", "1"));
}

void SessionTest::answers()
{
    QFETCH(std::string, message);
    QFETCH(std::string, answer);
    const Texts answers = say(message);
    QCOMPARE(answers.size(), std::size_t(1));
    QCOMPARE(answers[0].substr(0, answer.size()), answer);
    QVERIFY2(!QJsonDocument::fromJson(QByteArray::fromStdString(answers[0])).isNull(), answers[0].c_str());
}

void SessionTest::firstSubscribeReplacesTheDefault()
{
    QCOMPARE(m_session.channels(), defaultChannels);
    say(R"({"op":"subscribe","channels":["fees"]})");
    QCOMPARE(m_session.channels(), ChannelSet{Channel::Fees});
    say(R"({"op":"subscribe","channels":["tip","status"]})");
    QCOMPARE(m_session.channels(), (ChannelSet{Channel::Fees, Channel::Tip, Channel::Status}));
}

void SessionTest::unsubscribeFirstKeepsTheRestOfTheDefault()
{
    say(R"({"op":"unsubscribe","channels":["txs","fees"]})");
    QCOMPARE(m_session.channels(), (ChannelSet{Channel::Tip, Channel::Blocks, Channel::Mempool}));
    say(R"({"op":"subscribe","channels":["network"]})");
    QCOMPARE(m_session.channels(), (ChannelSet{Channel::Tip, Channel::Blocks, Channel::Mempool, Channel::Network}));
}

void SessionTest::snapshotsFollowTheSubscribedAnswer()
{
    const Texts answers = say(R"({"op":"subscribe","channels":["status","blocks","tip"]})");
    QCOMPARE(answers.size(), std::size_t(3));
    QVERIFY(answers[0].starts_with(R"({"type":"subscribed")"));
    QCOMPARE(answers[1], std::string("<tip>"));
    QCOMPARE(answers[2], std::string("<status>"));
}

void SessionTest::snapshotChangesNoSubscription()
{
    QCOMPARE(say(R"({"op":"snapshot","id":3,"channels":["mempool","network"]})"), (Texts{"<mempool>", "<network>", "<network>"}));
    QCOMPARE(m_session.channels(), defaultChannels);
}

void SessionTest::knownChannelsApplyThoughOthersAreUnknown()
{
    const Texts answers = say(R"({"op":"subscribe","id":4,"channels":["gossip","fees"]})");
    QCOMPARE(answers.size(), std::size_t(3));
    QVERIFY(answers[0].find(R"("code":"unknown_channel")") != std::string::npos);
    QVERIFY(answers[0].find(R"("channel":"gossip")") != std::string::npos);
    QVERIFY(answers[1].starts_with(R"({"type":"subscribed","id":4)"));
    QCOMPARE(m_session.channels(), ChannelSet{Channel::Fees});
}

void SessionTest::onlyUnknownChannelsChangeNothing()
{
    say(R"({"op":"subscribe","channels":["gossip"]})");
    QCOMPARE(m_session.channels(), defaultChannels);
}

void SessionTest::badMessageChangesNothing()
{
    for (const char *message :
         {"x", "{}", R"({"op":"subscribe","channels":{}})", R"({"op":"subscribe","id":[],"channels":["fees"]})"})
        say(message);
    QCOMPARE(m_session.channels(), defaultChannels);
}

void SessionTest::binaryIsRefused()
{
    Outbox out;
    m_protocol->binaryReceived(m_session, "\x00\x01", m_stream, out);
    QCOMPARE(out.size(), std::size_t(1));
    QVERIFY(payloadOf(out[0]).find("bad_message") != std::string::npos);
}

void SessionTest::deepNestingIsRefused()
{
    for (const std::size_t depth : {std::size_t(17), std::size_t(1000), std::size_t(30'000)}) {
        const Texts answers = say(std::string(depth, '[') + std::string(depth, ']'));
        QCOMPARE(answers.size(), std::size_t(1));
        QVERIFY(answers[0].find("bad_json") != std::string::npos);
    }
}

void SessionTest::longMessagesAreParsedUpToTheCap()
{
    const std::string padded = R"({"op":"ping","x":")" + std::string(64 * 1024 - 20, 'x') + "\"}";
    QCOMPARE(padded.size(), std::size_t(64 * 1024));
    QCOMPARE(say(padded), Texts{R"({"type":"pong"})"});
    QCOMPARE(say(R"({"op":"ping"})"), Texts{R"({"type":"pong"})"});
}

void SessionTest::anyGarbageGetsOneAnswer()
{
    const std::string good = R"({"op":"subscribe","id":"a","channels":["tip",{"name":"txs"}],"since":{"epoch":"0","seq":1}})";
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char c : {'"', '{', ']', '\\', ',', '\x01'}) {
            std::string broken = good;
            broken[i] = c;
            QVERIFY(!say(broken).empty());
        }
        QVERIFY(!say(good.substr(0, i)).empty());
    }
}

void SessionTest::missedEventsAreSentAgainIfTheRingHasThem_data()
{
    QTest::addColumn<std::string>("since");
    QTest::addColumn<bool>("recovered");
    QTest::addColumn<bool>("misses");
    QTest::newRow("nothing missed") << std::string(R"({"epoch":"0000000000000abc","seq":77})") << true << false;
    QTest::newRow("one missed") << std::string(R"({"epoch":"0000000000000abc","seq":76})") << true << true;
    QTest::newRow("as far back as it goes") << std::string(R"({"epoch":"0000000000000abc","seq":70})") << true << true;
    QTest::newRow("further") << std::string(R"({"epoch":"0000000000000abc","seq":69})") << false << false;
    QTest::newRow("of the future") << std::string(R"({"epoch":"0000000000000abc","seq":78})") << false << false;
    QTest::newRow("of another run") << std::string(R"({"epoch":"0000000000000abd","seq":76})") << false << false;
}

void SessionTest::missedEventsAreSentAgainIfTheRingHasThem()
{
    QFETCH(std::string, since);
    QFETCH(bool, recovered);
    QFETCH(bool, misses);
    const Texts answers = say(R"({"op":"subscribe","channels":["tip","blocks"],"since":)" + since + "}");
    QCOMPARE(answers.size(), std::size_t(2));
    QVERIFY(answers[0].find(recovered ? "\"recovered\":true" : "\"recovered\":false") != std::string::npos);
    QCOMPARE(answers[1], std::string(misses ? "<*tip>" : "<tip>"));
    QCOMPARE(m_session.replay != nullptr, misses);
    if (misses)
        QCOMPARE(m_session.replay->channels, (ChannelSet{Channel::Tip, Channel::Blocks}));
}

void SessionTest::laterSubscribeOfALaggardIsNotRecovered()
{
    const std::string_view resume = R"({"op":"subscribe","channels":["blocks"],"since":{"epoch":"0000000000000abc","seq":75}})";
    m_session.isBehind = true;
    QVERIFY(say(resume)[0].find("\"recovered\":true") != std::string::npos); // in place of the default's
    m_session.replay.reset();
    QVERIFY(say(resume)[0].find("\"recovered\":false") != std::string::npos);
    QVERIFY(!m_session.replay);
}

void SessionTest::latestBlocksAreRepeatedOldestFirst()
{
    standAt(77, 4);
    Outbox out;
    m_protocol->textReceived(m_session, R"({"op":"subscribe","channels":[{"name":"blocks","last":3}]})", m_stream, out);
    QCOMPARE(out.size(), std::size_t(4));
    for (int i = 0; i < 3; ++i) {
        const auto block = QJsonDocument::fromJson(QByteArray::fromStdString(payloadOf(out[static_cast<std::size_t>(i) + 1])));
        QCOMPARE(block["type"_L1], u"block.mined"_s);
        QCOMPARE(block["seq"_L1], 77);
        QCOMPARE(block["data"_L1]["height"_L1], 3 + i);
        const QJsonValue received = block["data"_L1]["receivedAt"_L1]; // else it was there before us
        QCOMPARE(block["timestamp"_L1].toDouble(),
                 received.isNull() ? 1000 * block["data"_L1]["time"_L1].toDouble() : received.toDouble());
    }
    m_session = Session();
    m_session.speak(Wire::Json, defaultChannels);
    QCOMPARE(say(R"({"op":"subscribe","channels":[{"name":"blocks","last":99}]})").size(), std::size_t(5));
}

void SessionTest::tokenOpensChannels()
{
    const auto check = [](std::string_view token) -> tl::expected<Claims, RequestError> {
        if (token != "good")
            return tl::unexpected(RequestError{"unauthorized", "no", {}, {}});
        return Claims{0, ChannelSet{Channel::Fees}};
    };
    QVERIFY(say(R"({"op":"auth","id":1,"token":"good"})")[0].find("unauthorized") != std::string::npos); // none are known
    m_protocol.emplace(StreamProtocol::Needs{{}, m_clock, check});
    QVERIFY(say(R"({"op":"auth","id":1,"token":"bad"})")[0].find(R"("id":1,"error":{"code":"unauthorized")") !=
            std::string::npos);
    QVERIFY(say(R"({"op":"subscribe","channels":["tip"]})")[0].starts_with(R"({"type":"subscribed")"));
    QVERIFY(say(R"({"op":"auth","id":2,"token":"good"})")[0].starts_with(R"({"type":"authenticated","id":2)"));
    const Texts answers = say(R"({"op":"subscribe","channels":["tip","fees"]})");
    QVERIFY(answers[0].find(R"("code":"forbidden")") != std::string::npos);
    QVERIFY(answers[1].find(R"("channels":["tip","fees"])") != std::string::npos);
    QCOMPARE(answers[2], std::string("<fees>"));
}

void SessionTest::nothingIsToldBeforeTheTokenWhereOneIsRequired()
{
    const auto check = [](std::string_view) -> tl::expected<Claims, RequestError> {
        return Claims{0, ChannelSet{Channel::Tip, Channel::Fees}};
    };
    m_protocol.emplace(StreamProtocol::Needs{{}, m_clock, check, true});
    m_session = Session();
    Outbox out;
    m_protocol->opened(m_session, {}, m_stream, out);
    QCOMPARE(out.size(), std::size_t(1)); // hello
    QVERIFY(m_session.channels().isEmpty());
    for (const char *message :
         {R"({"op":"subscribe","channels":["tip"]})", R"({"op":"snapshot","channels":["tip"]})",
          R"({"op":"unsubscribe","channels":["tip"]})", R"({"type":"subscribe","channels":["signals:all"]})"}) {
        const Texts answers = say(message);
        QCOMPARE(answers.size(), std::size_t(1));
        QVERIFY2(answers[0].find("error") != std::string::npos, answers[0].c_str());
        QVERIFY(m_session.channels().isEmpty());
    }
    m_session = Session();
    out.clear();
    m_protocol->opened(m_session, {}, m_stream, out);
    const Texts answers = say(R"({"op":"auth","token":"x"})");
    QCOMPARE(answers.size(), std::size_t(2));
    QCOMPARE(answers[1], std::string("<tip>"));
    QCOMPARE(m_session.channels(), ChannelSet{Channel::Tip});
    Newcomer known;
    known.claims = Claims{};
    m_session = Session();
    out.clear();
    m_protocol->opened(m_session, known, m_stream, out);
    QCOMPARE(m_session.channels(), defaultChannels);
}

void SessionTest::filtersAreSharedByThoseWhoSayTheSame()
{
    const std::string_view dear = R"({"op":"subscribe","channels":[{"name":"txs","filter":{"minFeerate":20}}]})";
    say(dear);
    const StreamFilterPtr first = m_session.wants().filter;
    QVERIFY(first && first->txs);
    say(R"({"op":"subscribe","channels":["fees"]})"); // says nothing of transactions
    QCOMPARE(m_session.wants().filter, first);
    say(R"({"op":"subscribe","channels":["txs"]})");
    QCOMPARE(m_session.wants().filter, nullptr);
    say(dear);
    QCOMPARE(m_session.wants().filter, first);
}

void SessionTest::signalsAddUpAndAreGivenUpOneByOne()
{
    Outbox out;
    m_session = Session();
    m_protocol->opened(m_session, {}, m_stream, out);
    const auto signalsNow = [this] { return m_session.wants().filter ? m_session.wants().filter->signals : std::nullopt; };
    say(R"({"type":"subscribe","channels":["signals:high"]})");
    QVERIFY(m_session.channels().contains(Channel::Alerts));
    say(R"({"type":"subscribe","channels":["signals:type:reorg","signals:type:resync"]})");
    QCOMPARE(signalsNow(), (SignalFilter{false, true, {"reorg", "resync"}}));
    say(R"({"type":"unsubscribe","channels":["signals:high","signals:type:resync","signals:all"]})");
    QCOMPARE(signalsNow(), (SignalFilter{false, false, {"reorg"}}));
    QVERIFY(m_session.channels().contains(Channel::Alerts));
    say(R"({"type":"unsubscribe","channels":["signals:type:reorg"]})");
    QVERIFY(!m_session.channels().contains(Channel::Alerts));
    QVERIFY(!signalsNow());
    QVERIFY(m_session.channels().contains(Channel::Status));
    say(R"({"type":"subscribe","channels":["signals:all"]})");
    QCOMPARE(signalsNow(), (SignalFilter{true, false, {}}));
}

QTEST_GUILESS_MAIN(SessionTest)
#include "test_session.moc"
