// SPDX-License-Identifier: GPL-3.0-or-later
// Slow clients, those who ask too much, and those who say nothing: in the reactor, with real sockets.
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/running_reactor.h"

#include <QLoggingCategory>
#include <QTest>

#include <future>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

const std::string padding(20'000, 'x');

/// So much that the kernel holds only a part of it for a client that does not read.
void flood(Running &running, int count)
{
    for (int i = 0; i < count; ++i)
        running.tell(Channel::Txs, "tx " + std::to_string(i) + padding);
}

ShardLimits roomy()
{
    ShardLimits limits;
    limits.queue = {1000, 64 * 1024 * 1024};
    return limits;
}

std::vector<ClientInfo> clientsOf(Running &running)
{
    std::promise<std::vector<ClientInfo>> told;
    running.reactor->clients([&](std::vector<ClientInfo> clients) { told.set_value(std::move(clients)); });
    return told.get_future().get();
}

} // namespace

class DeliveryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.gateway=false")); }
    void blocksGoAheadOfWaitingTransactions();
    void droppingClientIsToldOnceAndServedAgain();
    void fullMemoryMakesClientsWaitInTheRing();
    void burstIsHeardAndMoreIsRefused();
    void flooderIsClosedWith4029();
    void incompleteFrameIsClosedInTime();
    void clientWithoutSubscriptionIsClosedWith4000();
    void subscriberMayBeSilent();
    void clientsAreListed();
    void manyAreToldOneAfterTheOther();
    void figuresReachTheirSubscribersOnly();
};

void DeliveryTest::blocksGoAheadOfWaitingTransactions()
{
    Running running(roomy());
    RawClient slow = running.connect(4096), witness = running.connect();
    slow.readFrame();
    witness.readFrame();
    flood(running, 200);
    running.tell(Channel::Blocks, "block 1");
    running.tell(Channel::Blocks, "block 2");
    running.tell(Channel::Txs, "last");
    while (witness.readFrame().payload != "last") {}
    int transactions = 0, aheadOf = 0;
    std::vector<std::string> blocks;
    for (RawClient::Frame frame = slow.readFrame(); frame.payload != "last"; frame = slow.readFrame()) {
        QVERIFY(!frame.isEnd());
        if (frame.payload.starts_with("tx ")) {
            QCOMPARE(std::stoi(frame.payload.substr(3)), transactions++);
            aheadOf += blocks.empty() ? 0 : 1;
        } else {
            blocks.push_back(frame.payload);
        }
    }
    QCOMPARE(transactions, 200);
    QCOMPARE(blocks, (std::vector{"*block 1"s, "*block 2"s})); // nobody resumes from there
    QVERIFY(aheadOf > 100);
}

void DeliveryTest::droppingClientIsToldOnceAndServedAgain()
{
    ShardLimits limits;
    limits.queue = {10, 64 * 1024 * 1024};
    limits.slowClientPolicy = SlowClientPolicy::Drop;
    limits.deliveryTimeoutMs = 100;
    Running running(limits);
    RawClient slow = running.connect(4096);
    slow.readFrame();
    flood(running, 300);
    QTRY_VERIFY(running.reactor->counters().dropped.load() > 200);
    const auto dropped = static_cast<int>(running.reactor->counters().dropped.load());
    int transactions = 0;
    RawClient::Frame frame = slow.readFrame();
    for (; frame.payload.starts_with("tx "); frame = slow.readFrame())
        QCOMPARE(std::stoi(frame.payload.substr(3)), transactions++);
    QCOMPARE(frame.payload, "dropped " + std::to_string(dropped));
    QCOMPARE(transactions + dropped, 300);
    running.tell(Channel::Blocks, "block");
    QCOMPARE(slow.readFrame().payload, "block"s);
    QCOMPARE(running.reactor->counters().of(ClientError::Slow), std::uint64_t(0));
    QCOMPARE(clientsOf(running).front().dropped, static_cast<std::uint64_t>(dropped));
}

void DeliveryTest::fullMemoryMakesClientsWaitInTheRing()
{
    ShardLimits limits = roomy();
    limits.totalQueueBytes = 1'000'000;
    limits.deliveryTimeoutMs = 60'000;
    Running running(limits, 2);
    std::vector<RawClient> slow;
    for (int i = 0; i < 4; ++i) {
        slow.push_back(running.connect(4096));
        slow.back().readFrame();
    }
    flood(running, 200);
    QTRY_VERIFY(running.reactor->counters().queuedBytes.load() > 800'000);
    for (int i = 0; i < 20; ++i) {
        QVERIFY(running.reactor->counters().queuedBytes.load() <= 1'000'000 + 4 * 20'100);
        QTest::qWait(1);
    }
    for (RawClient &client : slow) {
        for (int i = 0; i < 200; ++i)
            QCOMPARE(std::stoi(client.readFrame().payload.substr(3)), i);
    }
    QTRY_COMPARE(running.reactor->counters().queuedBytes.load(), 0);
    QCOMPARE(running.reactor->counters().queuedMessages.load(), 0);
}

void DeliveryTest::burstIsHeardAndMoreIsRefused()
{
    ShardLimits limits;
    limits.messagesPerSecond = 1;
    limits.messageBurst = 5;
    Running running(limits);
    RawClient client = running.connect();
    client.readFrame();
    std::string frames;
    for (int i = 0; i < 9; ++i)
        frames += textFrame(std::to_string(i));
    client.send(frames);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(client.readFrame().payload, std::to_string(i));
    QCOMPARE(client.readFrame().payload, "too many"s);
    running.reactor->setMessageRate(0);
    while (true) { // the refused ones first
        client.send(textFrame("again"));
        if (client.readFrame().payload == "again")
            break;
    }
}

void DeliveryTest::flooderIsClosedWith4029()
{
    ShardLimits limits;
    limits.messagesPerSecond = 1;
    limits.messageBurst = 5;
    Running running(limits);
    RawClient client = running.connect();
    client.readFrame();
    for (int i = 0; i < 20; ++i)
        client.send(i % 2 ? textFrame("x") : ClientFrame{9, "x"}.bytes());
    RawClient::Frame frame = client.readFrame();
    while (!frame.isEnd() && frame.opcode != 8)
        frame = client.readFrame();
    QCOMPARE(frame.closeCode(), 4029u);
}

void DeliveryTest::incompleteFrameIsClosedInTime()
{
    ShardLimits limits;
    limits.readTimeoutMs = 200;
    Running running(limits);
    RawClient client = running.connect(), fragments = running.connect();
    client.readFrame();
    fragments.readFrame();
    fragments.send(textFrame("whole frames of a message", false));
    client.send(textFrame("half").substr(0, 8));
    QCOMPARE(client.readFrame().closeCode(), 1008u);
    fragments.send(continuation(" that takes its time", true));
    QCOMPARE(fragments.readFrame().payload, "whole frames of a message that takes its time"s);
}

void DeliveryTest::clientWithoutSubscriptionIsClosedWith4000()
{
    ShardLimits limits;
    limits.idleTimeoutMs = 200;
    Running running(limits);
    RawClient client = running.connect();
    client.readFrame();
    client.send(textFrame("nothing"));
    QCOMPARE(client.readFrame().payload, "nothing"s);
    QCOMPARE(client.readFrame().closeCode(), 4000u);
}

void DeliveryTest::subscriberMayBeSilent()
{
    ShardLimits limits;
    limits.idleTimeoutMs = 50;
    Running running(limits);
    RawClient client = running.connect();
    client.readFrame();
    QTest::qWait(300);
    running.tell(Channel::Blocks, "block");
    QCOMPARE(client.readFrame().payload, "block"s);
}

void DeliveryTest::clientsAreListed()
{
    ShardLimits limits;
    limits.pingIntervalMs = 100;
    Running running(limits, 2);
    RawClient client = running.connect(), other = running.connect();
    client.readFrame();
    other.readFrame();
    other.hangUp();
    QTRY_COMPARE(running.reactor->counters().clients.load(), 1);
    client.send(textFrame("only fees"));
    QCOMPARE(client.readMessage().payload, "only fees"s);
    while (client.readFrame().opcode != 9) {}
    client.send(ClientFrame{10, ""}.bytes());
    QTRY_VERIFY(clientsOf(running).front().latencyMs >= 0);
    const std::vector<ClientInfo> clients = clientsOf(running);
    QCOMPARE(clients.size(), std::size_t(1));
    QCOMPARE(clients[0].channels, ChannelSet{Channel::Fees});
    QCOMPARE(clients[0].messagesIn, std::uint64_t(1));
    QVERIFY(clients[0].messagesOut >= 2);
    QVERIFY(clients[0].bytesIn >= textFrame("only fees").size());
    QVERIFY(clients[0].bytesOut > 0);
}

void DeliveryTest::manyAreToldOneAfterTheOther()
{
    ShardLimits limits;
    limits.drainSpreadMs = 400;
    Running running(limits);
    std::vector<RawClient> clients;
    for (int i = 0; i < 300; ++i)
        clients.push_back(running.connect());
    QTRY_COMPARE(running.reactor->counters().opened.load(), std::uint64_t(300));
    auto stopping = std::async(std::launch::async, [&] { running.reactor.reset(); });
    std::size_t atOnce = 0;
    for (RawClient &client : clients) {
        client.readFrame();
        client.setPatience(1);
        const RawClient::Frame frame = client.readFrame();
        atOnce += frame.closeCode() == 1001 ? 1 : 0;
        client.setPatience(5000);
        if (frame.opcode == RawClient::silent)
            QCOMPARE(client.readFrame().closeCode(), 1001u);
        client.hangUp();
    }
    stopping.wait();
    QVERIFY2(atOnce < 300, qPrintable(QString::number(atOnce)));
}

void DeliveryTest::figuresReachTheirSubscribersOnly()
{
    Running running;
    RawClient curious = running.connect(), other = running.connect();
    curious.readFrame();
    other.readFrame();
    QCOMPARE(running.reactor->counters().figureClients.load(), 0);
    curious.send(textFrame("only metrics"));
    curious.readFrame();
    QCOMPARE(running.reactor->counters().figureClients.load(), 1);
    auto picture = std::make_shared<ChainSnapshot>();
    picture->position = {1, 0};
    running.reactor->publish({std::make_shared<const StreamEvent>(StreamMetrics{}, picture, 1), nullptr});
    running.tell(Channel::Txs, "tx");
    QCOMPARE(curious.readFrame().payload, "figures"s);
    QCOMPARE(other.readFrame().payload, "tx"s);
    curious.hangUp();
    QTRY_COMPARE(running.reactor->counters().figureClients.load(), 0);
}

QTEST_GUILESS_MAIN(DeliveryTest)
#include "test_delivery.moc"
