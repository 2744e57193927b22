// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/running_reactor.h"

#include <QLoggingCategory>
#include <QTest>

#include <chrono>
#include <filesystem>
#include <thread>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr unsigned text = 1, binary = 2, closing = 8, ping = 9, pong = 10;

ShardLimits quick()
{
    ShardLimits limits;
    limits.pingIntervalMs = 100;
    limits.pongTimeoutMs = 200;
    limits.writeTimeoutMs = 300;
    limits.lingerMs = 200;
    return limits;
}

std::size_t openDescriptors()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

} // namespace

class ShardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.gateway=false")); }
    void greetsAndAnswers();
    void framesSentBeforeTheAdoptionAreHeard();
    void manySmallPiecesMakeAMessage();
    void pingIsAnsweredByPong();
    void closeIsAnsweredWithTheSameCode_data();
    void closeIsAnsweredWithTheSameCode();
    void violationsAreClosedWithTheirCode_data();
    void violationsAreClosedWithTheirCode();
    void clientThatDoesNotCloseAfterOurCloseIsDropped();
    void silentClientIsPingedThenClosedWith4001();
    void clientThatAnswersPingsStays();

    void broadcastReachesSubscribersOnly();
    void joiningBetweenTwoStepsGetsExactlyTheSecond();
    void answersComeFromTheShardsPlaceInTheStream();
    void eventsArriveInOrderOnEveryShard();
    void slowClientIsClosedWith4008WhileOthersAreServed();
    void slowClientGetsLatestStateAndEveryEvent();
    void clientThatNeverReadsIsDroppedAfterTheWriteTimeout();

    void drainClosesWith1001();
    void drainDoesNotWaitForTheDead();
    void churnLeaksNoDescriptor();
    void idleConnectionIsSmall();
};

void ShardTest::greetsAndAnswers()
{
    Running running;
    RawClient client = running.connect();
    QCOMPARE(client.readFrame().payload, "at 0"s);
    client.send(textFrame("hello") + textFrame("again"));
    QCOMPARE(client.readFrame().payload, "hello"s);
    QCOMPARE(client.readFrame().payload, "again"s);
    client.send(ClientFrame{2, "\x00\xff"s}.bytes());
    const RawClient::Frame answer = client.readFrame();
    QCOMPARE(answer.opcode, binary);
    QCOMPARE(answer.payload, "\x00\xff"s);
    QCOMPARE(running.reactor->counters().clients.load(), 1);
    QCOMPARE(running.reactor->counters().messagesReceived.load(), std::uint64_t(3));
    client.hangUp();
    QTRY_COMPARE(running.reactor->counters().clients.load(), 0);
}

void ShardTest::framesSentBeforeTheAdoptionAreHeard()
{
    Running running;
    auto [client, server] = RawClient::pair();
    client.send(textFrame("early") + textFrame("bi", false));
    running.reactor->adopt({.fd = server});
    QCOMPARE(client.readFrame().payload, "at 0"s);
    QCOMPARE(client.readFrame().payload, "early"s);
    client.send(continuation("rd", true));
    QCOMPARE(client.readFrame().payload, "bird"s);
}

void ShardTest::manySmallPiecesMakeAMessage()
{
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    for (const char byte : textFrame("piecemeal"))
        client.send({&byte, 1});
    QCOMPARE(client.readFrame().payload, "piecemeal"s);
}

void ShardTest::pingIsAnsweredByPong()
{
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    client.send(textFrame("a", false) + ClientFrame{9, "1"}.bytes() + ClientFrame{9, "2"}.bytes() + continuation("b", true));
    for (const auto &expected : {"1"s, "2"s}) {
        const RawClient::Frame answer = client.readFrame();
        QCOMPARE(answer.opcode, pong);
        QCOMPARE(answer.payload, expected);
    }
    QCOMPARE(client.readFrame().payload, "ab"s);
}

void ShardTest::closeIsAnsweredWithTheSameCode_data()
{
    QTest::addColumn<std::string>("sent");
    QTest::addColumn<unsigned>("code");
    QTest::newRow("1000") << closeFrame(1000, "bye") << 1000u;
    QTest::newRow("4321") << closeFrame(4321) << 4321u;
    QTest::newRow("none") << ClientFrame{8, ""}.bytes() << 0u;
}

void ShardTest::closeIsAnsweredWithTheSameCode()
{
    QFETCH(std::string, sent);
    QFETCH(unsigned, code);
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    client.send(textFrame("last") + sent);
    QCOMPARE(client.readFrame().payload, "last"s);
    const RawClient::Frame answer = client.readFrame();
    QCOMPARE(answer.opcode, closing);
    QCOMPARE(answer.closeCode(), code);
    QCOMPARE(client.readFrame().opcode, RawClient::closed); // the server ends the connection first (RFC 6455, 7.1.1)
    client.hangUp();
    QTRY_COMPARE(running.reactor->counters().clients.load(), 0);
}

void ShardTest::violationsAreClosedWithTheirCode_data()
{
    QTest::addColumn<std::string>("sent");
    QTest::addColumn<unsigned>("code");
    QTest::newRow("not masked") << ClientFrame{1, "x", true, false}.bytes() << 1002u;
    QTest::newRow("bad text") << textFrame("\xff") << 1007u;
    QTest::newRow("too big") << textFrame(std::string(70'000, 'x')) << 1009u;
    QTest::newRow("too big in fragments") << textFrame(std::string(60'000, 'x'), false) +
                                                 continuation(std::string(60'000, 'x'), true)
                                          << 1009u;
    QTest::newRow("HTTP") << "GET / HTTP/1.1\r\n\r\n"s << 1002u;
}

void ShardTest::violationsAreClosedWithTheirCode()
{
    QFETCH(std::string, sent);
    QFETCH(unsigned, code);
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    client.send(textFrame("before") + sent);
    QCOMPARE(client.readFrame().payload, "before"s);
    client.send(std::string(100'000, 'z')); // goes on talking: our close frame must not be lost to a reset
    QCOMPARE(client.readFrame().closeCode(), code);
    QCOMPARE(client.readFrame().opcode, RawClient::closed);
}

void ShardTest::clientThatDoesNotCloseAfterOurCloseIsDropped()
{
    Running running(quick());
    RawClient client = running.connect();
    client.send(ClientFrame{3, "x"}.bytes());
    QTRY_COMPARE(running.reactor->counters().clients.load(), 0);
}

void ShardTest::silentClientIsPingedThenClosedWith4001()
{
    Running running(quick());
    RawClient client = running.connect();
    client.readFrame();
    QCOMPARE(client.readFrame().opcode, ping);
    const RawClient::Frame end = client.readMessage();
    QCOMPARE(end.closeCode(), 4001u);
    QCOMPARE(client.readFrame().opcode, RawClient::closed);
}

void ShardTest::clientThatAnswersPingsStays()
{
    Running running(quick());
    RawClient client = running.connect();
    client.readFrame();
    for (int i = 0; i < 8; ++i) { // twice the pong timeout and more
        QCOMPARE(client.readFrame().opcode, ping);
        client.send(ClientFrame{10, ""}.bytes());
    }
    client.send(textFrame("still here"));
    QCOMPARE(client.readMessage().payload, "still here"s);
}

void ShardTest::broadcastReachesSubscribersOnly()
{
    Running running;
    RawClient standard = running.connect(), fees = running.connect();
    standard.readFrame();
    fees.readFrame();
    fees.send(textFrame("only fees"));
    fees.readFrame();
    running.tell(Channel::Tip, "tip1");
    running.tell(Channel::Fees, "fees1");
    running.tell(Channel::Blocks, "block1");
    running.tell(Channel::Fees, "fees2");
    QCOMPARE(standard.readFrame().payload, "tip1"s);
    QCOMPARE(standard.readFrame().payload, "block1"s);
    // The two may have been taken in one turn: then only the later is sent.
    RawClient::Frame told = fees.readFrame();
    if (told.payload == "fees1")
        told = fees.readFrame();
    QCOMPARE(told.payload, "fees2"s);
}

void ShardTest::joiningBetweenTwoStepsGetsExactlyTheSecond()
{
    Running running;
    for (int round = 0; round < 50; ++round) {
        running.tell(Channel::Blocks, "before");
        RawClient client = running.connect();
        running.tell(Channel::Blocks, "after");
        QCOMPARE(client.readFrame().payload, "at " + std::to_string(running.seq - 1));
        QCOMPARE(client.readFrame().payload, "after"s);
    }
}

void ShardTest::answersComeFromTheShardsPlaceInTheStream()
{
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    running.tell(Channel::Tip, "tip1");
    QCOMPARE(client.readFrame().payload, "tip1"s);
    client.send(textFrame("where"));
    QCOMPARE(client.readFrame().payload, "at 1"s);
}

void ShardTest::eventsArriveInOrderOnEveryShard()
{
    Running running({}, 3);
    std::vector<RawClient> clients;
    for (int i = 0; i < 9; ++i)
        clients.push_back(running.connect());
    for (RawClient &client : clients)
        client.readFrame();
    for (int i = 0; i < 200; ++i)
        running.tell(i % 3 ? Channel::Txs : Channel::Blocks, std::to_string(i));
    for (RawClient &client : clients) {
        for (int i = 0; i < 200; ++i)
            QCOMPARE(client.readFrame().payload, std::to_string(i));
    }
}

void ShardTest::slowClientIsClosedWith4008WhileOthersAreServed()
{
    ShardLimits limits;
    limits.queue = {20, 4 * 1024 * 1024};
    Running running(limits);
    RawClient slow = running.connect(4096), quickOne = running.connect();
    quickOne.readFrame();
    const std::string padding(20'000, 'x');
    for (int i = 0; i < 200; ++i) {
        running.tell(Channel::Txs, std::to_string(i) + padding);
        QCOMPARE(quickOne.readFrame().payload, std::to_string(i) + padding);
    }
    QTRY_COMPARE(running.reactor->counters().of(ClientError::Slow), std::uint64_t(1));
    // What it did get is whole and without a gap, up to the close frame.
    QCOMPARE(slow.readFrame().payload, "at 0"s);
    RawClient::Frame frame = slow.readFrame();
    for (int i = 0; frame.opcode == text; ++i, frame = slow.readFrame())
        QCOMPARE(frame.payload, std::to_string(i) + padding);
    QCOMPARE(frame.closeCode(), 4008u);
    QCOMPARE(slow.readFrame().opcode, RawClient::closed);
}

void ShardTest::slowClientGetsLatestStateAndEveryEvent()
{
    ShardLimits limits;
    limits.queue = {10, 64 * 1024 * 1024};
    Running running(limits);
    RawClient slow = running.connect(4096), witness = running.connect();
    slow.readFrame();
    witness.readFrame();
    const std::string padding(20'000, 'x');
    for (int i = 1; i <= 300; ++i) { // far more than queue and kernel hold, were every tip kept
        running.tell(Channel::Tip, "tip " + std::to_string(i) + padding);
        if (i % 100 == 0)
            running.tell(Channel::Blocks, "block " + std::to_string(i));
    }
    while (witness.readFrame().payload != "block 300") {}
    int lastTip = 0, blocks = 0, tips = 0;
    while (lastTip < 300 || blocks < 3) {
        const RawClient::Frame frame = slow.readFrame();
        QCOMPARE(frame.opcode, text);
        if (frame.payload.starts_with("tip ")) {
            const int tip = std::stoi(frame.payload.substr(4));
            QVERIFY(tip > lastTip);
            lastTip = tip;
            ++tips;
        } else {
            QCOMPARE(frame.payload, "block " + std::to_string(++blocks * 100));
        }
    }
    QVERIFY(tips < 300);
}

void ShardTest::clientThatNeverReadsIsDroppedAfterTheWriteTimeout()
{
    Running running(quick());
    RawClient dead = running.connect(4096);
    const std::string padding(100'000, 'x');
    for (int i = 0; i < 20; ++i)
        running.tell(Channel::Txs, padding);
    QTRY_COMPARE(running.reactor->counters().clients.load(), 0);
    QCOMPARE(running.reactor->counters().of(ClientError::Slow), std::uint64_t(0));
}

void ShardTest::drainClosesWith1001()
{
    Running running({}, 2);
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(running.connect());
    std::thread stopping([&] { running.reactor.reset(); });
    for (RawClient &client : clients) {
        RawClient::Frame frame = client.readFrame();
        while (frame.opcode == text)
            frame = client.readFrame();
        QCOMPARE(frame.closeCode(), 1001u);
        client.send(closeFrame(1001));
        QCOMPARE(client.readFrame().opcode, RawClient::closed);
        client.hangUp();
    }
    stopping.join();
}

void ShardTest::drainDoesNotWaitForTheDead()
{
    Running running;
    RawClient dead = running.connect(4096);
    const auto before = std::chrono::steady_clock::now();
    running.reactor.reset();
    QVERIFY(std::chrono::steady_clock::now() - before < std::chrono::milliseconds(1900));
}

void ShardTest::churnLeaksNoDescriptor()
{
    Running running({}, 2);
    const std::size_t before = openDescriptors();
    for (int round = 0; round < 20; ++round) {
        std::vector<RawClient> clients;
        for (int i = 0; i < 50; ++i)
            clients.push_back(running.connect());
        running.tell(Channel::Blocks, "x");
        for (std::size_t i = 0; i < clients.size(); ++i) {
            if (i % 3 == 0)
                clients[i].send(closeFrame(1000));
            else if (i % 3 == 1)
                clients[i].send("garbage");
        }
    }
    QTRY_COMPARE(running.reactor->counters().clients.load(), 0);
    QCOMPARE(openDescriptors(), before);
}

void ShardTest::idleConnectionIsSmall()
{
    QVERIFY2(sizeof(Connection) <= 448, qPrintable(QString::number(sizeof(Connection))));
}

QTEST_GUILESS_MAIN(ShardTest)
#include "test_shard.moc"
