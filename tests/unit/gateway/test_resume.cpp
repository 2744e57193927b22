// SPDX-License-Identifier: GPL-3.0-or-later
// What a client gets that comes back, or that was too slow for a while: in the reactor, with real sockets.
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/running_reactor.h"

#include <QLoggingCategory>
#include <QTest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

class ResumeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.gateway=false")); }
    void missedEventsComeInOrderThenLiveOnes();
    void stateIsNotReplayed();
    void clientThatKnowsMoreThanTheShardHearsNothingTwice();
    void replayMayBeginInsideAStep();
    void partsButTheLastAreMarked();
    void longReplayLeavesRoomForOthers();
    void eventOfManyMessagesWaitsInTheRing();
    void clientThatMakesRoomInTimeMissesNothing();
    void clientWhosePlaceWasForgottenIsClosed();
    void whatConflatedWithinAStepIsNotCounted();
};

void ResumeTest::missedEventsComeInOrderThenLiveOnes()
{
    Running running;
    for (int i = 1; i <= 20; ++i)
        running.tell(i % 3 ? Channel::Txs : Channel::Blocks, std::to_string(i));
    RawClient client = running.connect();
    QCOMPARE(client.readFrame().payload, "at 20"s);
    client.send(textFrame("since 5"));
    for (int i = 6; i <= 20; ++i)
        QCOMPARE(client.readFrame().payload, std::to_string(i));
    running.tell(Channel::Txs, "live");
    QCOMPARE(client.readFrame().payload, "live"s);
}

void ResumeTest::stateIsNotReplayed()
{
    Running running;
    running.tell(Channel::Tip, "tip");
    running.tell(Channel::Blocks, "block");
    RawClient client = running.connect();
    client.readFrame();
    client.send(textFrame("since 0"));
    QCOMPARE(client.readFrame().payload, "block"s);
    running.tell(Channel::Tip, "tip");
    QCOMPARE(client.readFrame().payload, "tip"s);
}

void ResumeTest::clientThatKnowsMoreThanTheShardHearsNothingTwice()
{
    Running running;
    running.tell(Channel::Txs, "1");
    running.reactor->announce(3);
    RawClient client = running.connect();
    QCOMPARE(client.readFrame().payload, "at 1"s);
    client.send(textFrame("since 3") + textFrame("where"));
    QCOMPARE(client.readFrame().payload, "at 1"s);
    RawClient witness = running.connect();
    witness.readFrame();
    running.tell(Channel::Txs, "2");
    QCOMPARE(witness.readFrame().payload, "2"s); // not ours, who knows it
    running.tell({plainEvent(3, Channel::Txs, "3"), plainEvent(4, Channel::Txs, "4")});
    QCOMPARE(client.readFrame().payload, "dropped 0"s); // how the state is now
    QCOMPARE(client.readFrame().payload, "4"s);
    running.seq = 4;
    running.tell(Channel::Txs, "5");
    QCOMPARE(client.readFrame().payload, "5"s);
}

void ResumeTest::replayMayBeginInsideAStep()
{
    Running running;
    std::vector<ChainEventPtr> step;
    for (int i = 1; i <= 4; ++i)
        step.push_back(plainEvent(++running.seq, Channel::Txs, std::to_string(i)));
    running.tell(step);
    RawClient client = running.connect();
    QCOMPARE(client.readFrame().payload, "at 4"s);
    client.send(textFrame("since 2"));
    QCOMPARE(client.readFrame().payload, "3"s);
    QCOMPARE(client.readFrame().payload, "4"s);
}

void ResumeTest::partsButTheLastAreMarked()
{
    Running running;
    RawClient client = running.connect();
    client.readFrame();
    running.tell(Channel::Txs, "a\nb\nc");
    for (const auto &expected : {"*a"s, "*b"s, "c"s})
        QCOMPARE(client.readFrame().payload, expected);
}

void ResumeTest::longReplayLeavesRoomForOthers()
{
    Running running;
    const std::string padding(10'000, 'x');
    for (int i = 1; i <= 1000; ++i)
        running.tell(Channel::Txs, std::to_string(i) + " " + padding);
    RawClient slow = running.connect(4096), other = running.connect();
    slow.readFrame();
    other.readFrame();
    slow.send(textFrame("since 0"));
    other.send(textFrame("hello"));
    QCOMPARE(other.readFrame().payload, "hello"s);
    running.tell(Channel::Txs, "1001 ");
    QCOMPARE(other.readFrame().payload, "1001 "s);
    for (int i = 1; i <= 1001; ++i)
        QCOMPARE(std::stoi(slow.readFrame().payload), i);
    QCOMPARE(running.reactor->counters().of(ClientError::Slow), std::uint64_t(0));
}

void ResumeTest::eventOfManyMessagesWaitsInTheRing()
{
    ShardLimits limits;
    limits.queue = {4, 1024 * 1024};
    limits.deliveryTimeoutMs = 60'000;
    Running running(limits);
    RawClient client = running.connect(4096);
    client.readFrame();
    std::string parts;
    for (int i = 0; i < 600; ++i)
        parts += std::to_string(i) + " " + std::string(20'000, 'x') + "\n";
    running.tell(Channel::Txs, parts + "end");
    running.tell(Channel::Txs, "next");
    for (int i = 0; i < 600; ++i)
        QCOMPARE(client.readFrame().payload.substr(0, std::to_string(i).size() + 2), "*" + std::to_string(i) + " ");
    QCOMPARE(client.readFrame().payload, "end"s);
    QCOMPARE(client.readFrame().payload, "next"s);
}

void ResumeTest::clientThatMakesRoomInTimeMissesNothing()
{
    ShardLimits limits;
    limits.queue = {10, 64 * 1024 * 1024};
    limits.deliveryTimeoutMs = 60'000;
    Running running(limits);
    RawClient slow = running.connect(4096), witness = running.connect();
    for (RawClient *client : {&slow, &witness})
        client->readFrame();
    const std::string padding(20'000, 'x');
    for (int i = 1; i <= 300; ++i) {
        running.tell(Channel::Txs, std::to_string(i) + " " + padding);
        if (i % 10 == 0) { // so that the shard takes them in many turns
            running.tell(Channel::Blocks, "block");
            while (!witness.readFrame().payload.ends_with("block")) {}
        }
    }
    int last = 0, txs = 0;
    while (last < 300) {
        const RawClient::Frame frame = slow.readFrame();
        QVERIFY(!frame.isEnd());
        if (frame.payload.ends_with("block"))
            continue;
        const int number = std::stoi(frame.payload);
        QVERIFY(number > last);
        last = number;
        ++txs;
    }
    QCOMPARE(txs, 300);
    QCOMPARE(running.reactor->counters().of(ClientError::Slow), std::uint64_t(0));
}

void ResumeTest::clientWhosePlaceWasForgottenIsClosed()
{
    ShardLimits limits;
    limits.queue = {4, 1024 * 1024};
    limits.deliveryTimeoutMs = 60'000;
    limits.replay.events = 10;
    Running running(limits);
    RawClient slow = running.connect(4096), witness = running.connect();
    slow.readFrame();
    witness.readFrame();
    const std::string padding(20'000, 'x');
    for (int i = 0; i < 300; ++i) {
        running.tell(Channel::Txs, std::to_string(i) + padding);
        QVERIFY(!witness.readFrame().isEnd());
    }
    RawClient::Frame frame = slow.readFrame();
    for (int i = 0; frame.opcode == 1; ++i, frame = slow.readFrame())
        QCOMPARE(frame.payload, std::to_string(i) + padding);
    QCOMPARE(frame.closeCode(), 4008u);
}

/// A place in a step counts all that the step has for the client, also what another message of it has made superfluous.
void ResumeTest::whatConflatedWithinAStepIsNotCounted()
{
    EventRing ring{ReplayLimits()};
    ring.restart({1, 0});
    ring.add(std::make_shared<const StreamEvent>(
                 std::vector{plainEvent(1, Channel::Mempool, "old"), plainEvent(2, Channel::Txs, "a"),
                             plainEvent(3, Channel::Mempool, "new"), plainEvent(4, Channel::Txs, "b")}),
             0);
    const EchoProtocol protocol;
    Subscription wants;
    wants.channels = {Channel::Mempool, Channel::Txs};
    const auto from = [&](std::uint32_t part) {
        Lag lag({0, part});
        Outbox out;
        lag.read(ring, wants, protocol, out);
        std::vector<std::string> said;
        for (const Outgoing &message : out)
            said.emplace_back(message.frame->payload());
        return said;
    };
    QCOMPARE(from(0), (std::vector{"a"s, "new"s, "b"s}));
    QCOMPARE(from(1), (std::vector{"a"s, "new"s, "b"s}));
    QCOMPARE(from(2), (std::vector{"new"s, "b"s}));
    QCOMPARE(from(3), (std::vector{"b"s}));
}

QTEST_GUILESS_MAIN(ResumeTest)
#include "test_resume.moc"
