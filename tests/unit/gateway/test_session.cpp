// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/canonical_protocol.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;
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

private:
    std::vector<std::string> say(std::string_view message);

    CanonicalProtocol m_protocol{{"tipwatch/9.9.9", 30'000, 64 * 1024, 256}};
    Session m_session;
    StreamState m_stream;
};

namespace {

std::string payloadOf(const Outgoing &outgoing)
{
    const std::string_view bytes = outgoing.frame->bytes();
    const std::size_t head = (bytes[1] & 0x7f) == 126 ? 4 : 2;
    return std::string(bytes.substr(head));
}

std::vector<std::string> payloads(const Outbox &out)
{
    std::vector<std::string> all;
    for (const Outgoing &outgoing : out)
        all.push_back(payloadOf(outgoing));
    return all;
}

using Texts = std::vector<std::string>;

} // namespace

void SessionTest::init()
{
    m_session = Session();
    m_stream = {};
    m_stream.position = {0xabc, 77};
    m_stream.network = "regtest";
    for (const Channel channel : allChannels) {
        if (kindOf(channel) == ChannelKind::State)
            m_stream.latest[static_cast<std::size_t>(channel)] = Frame::text("<" + std::string(channelName(channel)) + ">");
    }
}

std::vector<std::string> SessionTest::say(std::string_view message)
{
    Outbox out;
    m_protocol.textReceived(m_session, message, m_stream, out);
    return payloads(out);
}

void SessionTest::helloComesFirstThenTheDefaultSnapshots()
{
    Outbox out;
    m_protocol.opened(m_session, m_stream, out);
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
    m_stream.latest = {};
    m_stream.network.clear();
    Outbox out;
    m_protocol.opened(m_session, m_stream, out);
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
    row("filter", R"({"op":"subscribe","id":1,"channels":[{"name":"txs","filter":{"minFeerate":20}}]})",
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
    QCOMPARE(say(R"({"op":"snapshot","id":3,"channels":["mempool","network"]})"), (Texts{"<mempool>", "<network>"}));
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
    m_protocol.binaryReceived(m_session, "\x00\x01", m_stream, out);
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

QTEST_GUILESS_MAIN(SessionTest)
#include "test_session.moc"
