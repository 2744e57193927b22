// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/frame.h"
#include "server/gateway/reactor/out_queue.h"
#include "server/gateway/reactor/timer_wheel.h"

#include <QTest>

#include <map>
#include <random>

using namespace tipwatch;

namespace {

Outgoing outgoing(std::string text, std::optional<Channel> channel = std::nullopt)
{
    return {Frame::text(text), channel, channel && kindOf(*channel) == ChannelKind::State};
}

/// The payloads that wait, in order, without the frames' two-byte heads.
std::string waiting(const OutQueue &queue)
{
    std::array<iovec, 300> vectors;
    std::string all;
    for (std::size_t i = 0; i < queue.gather(vectors, SIZE_MAX); ++i)
        all.append(static_cast<const char *>(vectors[i].iov_base) + 2, vectors[i].iov_len - 2).append(" ");
    return all;
}

} // namespace

class ReactorPartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void frameHasTheShortestLength_data();
    void frameHasTheShortestLength();
    void closeFrameCarriesCodeAndReason();

    void eventsWaitInOrder();
    void laterStateTakesThePlaceOfTheEarlierAtTheEnd();
    void stateThatIsPartlySentStays();
    void fullQueueRefuses();
    void conflatingNeedsNoRoom();
    void dropKeepsOnlyWhatHasBegun();
    void consumedBytesAreNotGatheredAgain();
    void answersAreCountedApart();
    void oneCallTakesAboutWhatItMay();
    void urgentFramesOvertakeTheStreamButNoAnswer();

    void deadlinesAreMetInTheirTick();
    void deadlineFarAwayWaitsForItsTurnOfTheWheel();
    void cancelledDeadlineDoesNotCome();
    void emptyWheelWantsNoWakeUp();
    void wheelAgreesWithAPlainMap();
};

void ReactorPartsTest::frameHasTheShortestLength_data()
{
    QTest::addColumn<std::size_t>("size");
    QTest::addColumn<QByteArray>("head");
    QTest::newRow("0") << std::size_t(0) << QByteArray::fromHex("8100");
    QTest::newRow("125") << std::size_t(125) << QByteArray::fromHex("817d");
    QTest::newRow("126") << std::size_t(126) << QByteArray::fromHex("817e007e");
    QTest::newRow("65535") << std::size_t(65535) << QByteArray::fromHex("817effff");
    QTest::newRow("65536") << std::size_t(65536) << QByteArray::fromHex("817f0000000000010000");
}

void ReactorPartsTest::frameHasTheShortestLength()
{
    QFETCH(std::size_t, size);
    QFETCH(QByteArray, head);
    const std::string payload(size, 'x');
    QCOMPARE(std::string(Frame::text(payload)->bytes()), head.toStdString() + payload);
}

void ReactorPartsTest::closeFrameCarriesCodeAndReason()
{
    QCOMPARE(std::string(Frame::close(CloseCode::SlowConsumer, "slow")->bytes()), std::string("\x88\x06\x0f\xa8slow"));
    QCOMPARE(std::string(Frame::close(CloseCode::NoStatus, {})->bytes()), std::string("\x88\x00", 2));
}

void ReactorPartsTest::eventsWaitInOrder()
{
    OutQueue queue;
    for (const char *text : {"a", "b", "c"})
        QVERIFY(queue.push(outgoing(text, Channel::Blocks), {}));
    QCOMPARE(waiting(queue), std::string("a b c "));
    QCOMPARE(queue.bytes(), std::size_t(9));
}

void ReactorPartsTest::laterStateTakesThePlaceOfTheEarlierAtTheEnd()
{
    OutQueue queue;
    queue.push(outgoing("tip1", Channel::Tip), {});
    queue.push(outgoing("block1", Channel::Blocks), {});
    queue.push(outgoing("mempool1", Channel::Mempool), {});
    queue.push(outgoing("tip2", Channel::Tip), {});
    QCOMPARE(waiting(queue), std::string("block1 mempool1 tip2 "));
    QCOMPARE(queue.messages(), std::size_t(3));
    QCOMPARE(queue.bytes(), std::size_t(8 + 10 + 6));
}

void ReactorPartsTest::stateThatIsPartlySentStays()
{
    OutQueue queue;
    queue.push(outgoing("tip1", Channel::Tip), {});
    queue.consume(3);
    queue.push(outgoing("tip2", Channel::Tip), {});
    queue.push(outgoing("tip3", Channel::Tip), {});
    QCOMPARE(queue.messages(), std::size_t(2));
    QCOMPARE(queue.bytes(), std::size_t(3 + 6));
}

void ReactorPartsTest::fullQueueRefuses()
{
    OutQueue byCount, byBytes;
    const QueueLimits three{3, 1000}, tenBytes{100, 10};
    for (int i = 0; i < 3; ++i)
        QVERIFY(byCount.push(outgoing("x", Channel::Txs), three));
    QVERIFY(!byCount.push(outgoing("x", Channel::Txs), three));
    QVERIFY(byBytes.push(outgoing("1234", Channel::Txs), tenBytes));
    QVERIFY(!byBytes.push(outgoing("123", Channel::Txs), tenBytes));
    QVERIFY(byBytes.push(outgoing("12", Channel::Txs), tenBytes));
}

void ReactorPartsTest::conflatingNeedsNoRoom()
{
    OutQueue queue;
    const QueueLimits two{2, 100};
    QVERIFY(queue.push(outgoing("tip1", Channel::Tip), two));
    QVERIFY(queue.push(outgoing("block", Channel::Blocks), two));
    QVERIFY(queue.push(outgoing("tip2", Channel::Tip), two));
    QVERIFY(!queue.push(outgoing("fees", Channel::Fees), two));
}

void ReactorPartsTest::dropKeepsOnlyWhatHasBegun()
{
    OutQueue untouched, begun;
    for (OutQueue *queue : {&untouched, &begun}) {
        for (const char *text : {"aaaa", "bbbb"})
            queue->push(outgoing(text), {});
    }
    begun.consume(1);
    for (OutQueue *queue : {&untouched, &begun}) {
        queue->dropWaiting();
        queue->pushAlways(outgoing("end"));
    }
    QCOMPARE(waiting(untouched), std::string("end "));
    QCOMPARE(untouched.bytes(), std::size_t(5));
    QCOMPARE(begun.messages(), std::size_t(2));
    QCOMPARE(begun.bytes(), std::size_t(5 + 5));
}

void ReactorPartsTest::answersAreCountedApart()
{
    OutQueue queue;
    const auto counts = [&queue] { return std::pair(queue.answers(), queue.answerBytes()); };
    Outgoing event = outgoing("event", Channel::Blocks);
    event.place = StreamPlace{1, 0};
    queue.push(event, {});
    QCOMPARE(counts(), std::pair(std::size_t(0), std::size_t(0)));
    queue.push(outgoing("one"), {});
    queue.push(outgoing("tip", Channel::Tip), {});
    QCOMPARE(counts(), std::pair(std::size_t(2), std::size_t(10)));
    Outgoing newer = outgoing("newer tip", Channel::Tip);
    newer.place = StreamPlace{2, 0};
    queue.push(newer, {});
    QCOMPARE(waiting(queue), std::string("event one newer tip "));
    QCOMPARE(counts(), std::pair(std::size_t(1), std::size_t(5)));
    queue.consume(7 + 1); // the event, and a byte of the answer
    QCOMPARE(counts(), std::pair(std::size_t(1), std::size_t(5)));
    queue.pushAlways(outgoing("close"));
    queue.dropWaiting();
    QCOMPARE(counts(), std::pair(std::size_t(1), std::size_t(5)));
    queue.consume(4);
    QCOMPARE(counts(), std::pair(std::size_t(0), std::size_t(0)));
}

void ReactorPartsTest::consumedBytesAreNotGatheredAgain()
{
    OutQueue queue;
    queue.push(outgoing("abcd"), {});
    queue.push(outgoing("ef"), {});
    std::string sent;
    while (!queue.isEmpty()) {
        std::array<iovec, 4> vectors;
        QVERIFY(queue.gather(vectors, SIZE_MAX) > 0);
        sent.push_back(*static_cast<const char *>(vectors[0].iov_base));
        queue.consume(1);
    }
    QCOMPARE(sent, std::string(Frame::text("abcd")->bytes()).append(Frame::text("ef")->bytes()));
    QCOMPARE(queue.bytes(), std::size_t(0));
}

void ReactorPartsTest::oneCallTakesAboutWhatItMay()
{
    OutQueue queue;
    for (int i = 0; i < 5; ++i)
        queue.push(outgoing("abcd"), {});
    std::array<iovec, 8> vectors;
    QCOMPARE(queue.gather(vectors, 1), std::size_t(1)); // a frame at least
    QCOMPARE(queue.gather(vectors, 6), std::size_t(1));
    QCOMPARE(queue.gather(vectors, 7), std::size_t(2));
    QCOMPARE(queue.gather(vectors, 1000), std::size_t(5));
}

void ReactorPartsTest::urgentFramesOvertakeTheStreamButNoAnswer()
{
    const auto stream = [](const char *text, Channel channel) {
        Outgoing o = outgoing(text, channel);
        o.place = StreamPlace{};
        if (channel == Channel::Blocks || channel == Channel::Tip)
            o.overtaking = Frame::text("*" + std::string(text));
        return o;
    };
    OutQueue queue;
    queue.push(stream("tx1", Channel::Txs), {});
    queue.push(outgoing("answer"), {});
    queue.push(stream("block1", Channel::Blocks), {}); // overtakes nothing: is as it is
    queue.push(stream("tx2", Channel::Txs), {});
    queue.push(stream("mempool", Channel::Mempool), {});
    queue.push(stream("block2", Channel::Blocks), {});
    queue.push(stream("tip1", Channel::Tip), {});
    queue.push(stream("tip2", Channel::Tip), {});
    QCOMPARE(waiting(queue), std::string("tx1 answer block1 *block2 *tip2 tx2 mempool "));
    std::size_t bytes = 0;
    std::array<iovec, 16> vectors;
    for (std::size_t i = 0; i < queue.gather(vectors, SIZE_MAX); ++i)
        bytes += vectors[i].iov_len;
    QCOMPARE(queue.bytes(), bytes);
}

namespace {

std::vector<std::uint32_t> advance(TimerWheel &wheel, std::int64_t now)
{
    std::vector<std::uint32_t> expired;
    wheel.advance(now, [&](std::uint32_t index) { expired.push_back(index); });
    std::sort(expired.begin(), expired.end());
    return expired;
}

using Expired = std::vector<std::uint32_t>;

} // namespace

void ReactorPartsTest::deadlinesAreMetInTheirTick()
{
    TimerWheel wheel(1000);
    wheel.set(7, 1500);
    wheel.set(3, 1520);
    QCOMPARE(wheel.nextWakeMs(), std::optional<std::int64_t>(1500));
    QCOMPARE(advance(wheel, 1499), Expired());
    QCOMPARE(advance(wheel, 1500), Expired{7});
    QCOMPARE(wheel.nextWakeMs(), std::optional<std::int64_t>(1550));
    QCOMPARE(advance(wheel, 1549), Expired());
    QCOMPARE(advance(wheel, 9999), Expired{3});
}

void ReactorPartsTest::deadlineFarAwayWaitsForItsTurnOfTheWheel()
{
    TimerWheel wheel(0);
    const std::int64_t turn = TimerWheel::tickMs * static_cast<std::int64_t>(TimerWheel::slotCount);
    wheel.set(1, 3 * turn + 500);
    for (std::int64_t now = 0; now < 3 * turn + 500; now += TimerWheel::tickMs)
        QCOMPARE(advance(wheel, now), Expired());
    QCOMPARE(advance(wheel, 3 * turn + 500), Expired{1});
}

void ReactorPartsTest::cancelledDeadlineDoesNotCome()
{
    TimerWheel wheel(0);
    for (std::uint32_t i = 0; i < 3; ++i)
        wheel.set(i, 100);
    wheel.cancel(1);
    wheel.cancel(1);
    wheel.cancel(99);
    wheel.set(2, 400);
    QCOMPARE(advance(wheel, 200), Expired{0});
    QCOMPARE(advance(wheel, 400), Expired{2});
}

void ReactorPartsTest::emptyWheelWantsNoWakeUp()
{
    TimerWheel wheel(0);
    QVERIFY(!wheel.nextWakeMs());
    wheel.set(0, 100);
    wheel.cancel(0);
    QVERIFY(!wheel.nextWakeMs());
}

void ReactorPartsTest::wheelAgreesWithAPlainMap()
{
    std::mt19937 random(42);
    TimerWheel wheel(0);
    std::map<std::uint32_t, std::int64_t> model;
    std::int64_t now = 0;
    for (int step = 0; step < 20'000; ++step) {
        const auto index = static_cast<std::uint32_t>(random() % 50);
        switch (random() % 4) {
        case 0:
        case 1: {
            const std::int64_t deadline = now + static_cast<std::int64_t>(random() % 100'000);
            wheel.set(index, deadline);
            model[index] = std::max((deadline + TimerWheel::tickMs - 1) / TimerWheel::tickMs, now / TimerWheel::tickMs + 1) *
                           TimerWheel::tickMs;
            break;
        }
        case 2:
            wheel.cancel(index);
            model.erase(index);
            break;
        default: {
            now += static_cast<std::int64_t>(random() % 5000);
            Expired expected;
            for (auto it = model.begin(); it != model.end();) {
                if (it->second <= now) {
                    expected.push_back(it->first);
                    it = model.erase(it);
                } else {
                    ++it;
                }
            }
            QCOMPARE(advance(wheel, now), expected);
        }
        }
        QCOMPARE(wheel.nextWakeMs().has_value(), !model.empty());
    }
}

QTEST_GUILESS_MAIN(ReactorPartsTest)
#include "test_reactor_parts.moc"
