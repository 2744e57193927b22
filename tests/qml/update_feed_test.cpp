// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/inbox.h"
#include "qml/models/update_feed.h"
#include "tests/support/fake_clock.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

using namespace tipwatch;

namespace {

ChainEventPtr event(ChainEventBody body, std::int64_t timestamp = 1)
{
    return std::make_shared<const ChainEvent>(ChainEvent{{}, timestamp, std::move(body)});
}

ChainEventPtr transactions(std::size_t count)
{
    return event(TransactionsSeen{std::vector<MempoolEntry>(count)});
}

ChainEventPtr blockConnected()
{
    return event(BlockConnected{std::make_shared<const BlockSummary>()});
}

std::int64_t transactionsIn(const std::vector<ChainEventPtr> &events)
{
    std::int64_t count = 0;
    for (const ChainEventPtr &e : events) {
        if (const auto *seen = std::get_if<TransactionsSeen>(&e->body))
            count += std::ssize(seen->entries);
    }
    return count;
}

class CountingReader : public UpdateReader {
public:
    void apply(const Update &update) override
    {
        ++updates;
        shown += transactionsIn(update.events);
        skipped += update.skipped;
    }
    void tick(std::int64_t) override { ++ticks; }

    int updates = 0;
    int ticks = 0;
    std::int64_t shown = 0;
    std::int64_t skipped = 0;
};

ChainSnapshotPtr emptyPicture()
{
    static const auto picture = std::make_shared<const ChainSnapshot>();
    return picture;
}

} // namespace

class UpdateFeedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inboxWakesOncePerBatch();
    void inboxWakesAgainForABlock();
    void inboxIsBoundedAndCountsWhatItDrops();
    void inboxKeepsBlocksWhateverComes();
    void quietNewsIsShownAtOnce();
    void blockIsShownAtOnceInABurst();
    void aThousandTransactionsASecondAreTenUpdates();
    void hiddenWindowDoesNotTick();
    void pictureThatChangedSilentlyIsNoticed();
    void busMayPublishWhileTheFeedGoesAway();
};

void UpdateFeedTest::inboxWakesOncePerBatch()
{
    int wakes = 0;
    Inbox inbox([&](Inbox::Urgency) { ++wakes; });
    for (int i = 0; i < 10; ++i)
        inbox.put(transactions(1));
    QCOMPARE(wakes, 1);
    QCOMPARE(transactionsIn(inbox.take().events), 10);
    inbox.put(transactions(1));
    QCOMPARE(wakes, 2);
}

void UpdateFeedTest::inboxWakesAgainForABlock()
{
    std::vector<Inbox::Urgency> wakes;
    Inbox inbox([&](Inbox::Urgency urgency) { wakes.push_back(urgency); });
    inbox.put(transactions(1));
    inbox.put(blockConnected());
    inbox.put(blockConnected());
    QCOMPARE(wakes, (std::vector{Inbox::Urgency::Soon, Inbox::Urgency::Now}));
}

void UpdateFeedTest::inboxIsBoundedAndCountsWhatItDrops()
{
    Inbox inbox([](Inbox::Urgency) {});
    for (int i = 0; i < 5000; ++i)
        inbox.put(transactions(3));
    const Inbox::Contents contents = inbox.take();
    QVERIFY(transactionsIn(contents.events) <= static_cast<std::int64_t>(2 * Inbox::keptTransactions));
    QCOMPARE(transactionsIn(contents.events) + contents.skipped, 15'000);
}

void UpdateFeedTest::inboxKeepsBlocksWhateverComes()
{
    Inbox inbox([](Inbox::Urgency) {});
    inbox.put(blockConnected());
    for (int i = 0; i < 5000; ++i)
        inbox.put(transactions(1));
    const auto events = inbox.take().events;
    QVERIFY(std::holds_alternative<BlockConnected>(events.front()->body));
}

void UpdateFeedTest::quietNewsIsShownAtOnce()
{
    EventBus bus;
    FakeClock clock;
    CountingReader reader;
    UpdateFeed feed(bus, emptyPicture, clock, {&reader});
    feed.start();
    clock.advance(UpdateFeed::intervalMs);
    bus.publish(transactions(1));
    QCoreApplication::processEvents();
    QCOMPARE(reader.shown, 1);
}

void UpdateFeedTest::blockIsShownAtOnceInABurst()
{
    EventBus bus;
    FakeClock clock; // stands: without the block the next update would be a whole interval away
    CountingReader reader;
    UpdateFeed feed(bus, emptyPicture, clock, {&reader});
    feed.start();
    bus.publish(transactions(1));
    QCoreApplication::sendPostedEvents();
    QCOMPARE(reader.updates, 1);
    bus.publish(blockConnected());
    QCoreApplication::sendPostedEvents();
    QCOMPARE(reader.updates, 2);
    QCOMPARE(reader.shown, 1);
}

void UpdateFeedTest::aThousandTransactionsASecondAreTenUpdates()
{
    SystemClock clock;
    EventBus bus;
    CountingReader reader;
    UpdateFeed feed(bus, emptyPicture, clock, {&reader});
    feed.start();

    constexpr std::int64_t total = 1500;
    std::atomic<std::int64_t> published = 0;
    const std::int64_t began = clock.steadyMs();
    QThread thread;
    QTimer source;
    source.setInterval(10);
    source.moveToThread(&thread);
    // The bus lives here, but publishing from there is what it is about.
    connect(&source, &QTimer::timeout, &source, [&] {
        while (published < total && published < clock.steadyMs() - began) {
            bus.publish(transactions(1));
            ++published;
        }
    });
    connect(&thread, &QThread::started, &source, qOverload<>(&QTimer::start));
    connect(&thread, &QThread::finished, &source, &QTimer::stop);
    thread.start();
    QTRY_COMPARE_WITH_TIMEOUT(reader.shown + reader.skipped, total, 10'000);
    const double seconds = static_cast<double>(clock.steadyMs() - began) / 1000;
    thread.quit();
    thread.wait();

    QVERIFY2(reader.updates <= 10 * seconds + 3, qPrintable(QString::number(reader.updates)));
    QVERIFY(reader.updates >= 3);
}

void UpdateFeedTest::hiddenWindowDoesNotTick()
{
    EventBus bus;
    FakeClock clock;
    CountingReader reader;
    UpdateFeed feed(bus, emptyPicture, clock, {&reader});
    feed.start();
    feed.setVisible(false);
    QVERIFY(!feed.isTicking());
    feed.setVisible(true);
    QVERIFY(feed.isTicking());
    QCOMPARE(reader.ticks, 1); // what was missed is caught up with
}

void UpdateFeedTest::pictureThatChangedSilentlyIsNoticed()
{
    EventBus bus;
    FakeClock clock;
    CountingReader reader;
    ChainSnapshotPtr picture = emptyPicture();
    UpdateFeed feed(bus, [&] { return picture; }, clock, {&reader});
    feed.start();
    QCOMPARE(reader.updates, 1);
    picture = std::make_shared<const ChainSnapshot>();
    QTRY_COMPARE_WITH_TIMEOUT(reader.updates, 2, 3000);
}

void UpdateFeedTest::busMayPublishWhileTheFeedGoesAway()
{
    SystemClock clock;
    EventBus bus;
    std::atomic<bool> done = false;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        while (!done)
            bus.publish(transactions(1));
    }));
    thread->start();
    for (int i = 0; i < 200; ++i) {
        CountingReader reader;
        UpdateFeed feed(bus, emptyPicture, clock, {&reader});
        feed.start();
        QCoreApplication::processEvents();
    }
    done = true;
    QVERIFY(thread->wait());
}

QTEST_GUILESS_MAIN(UpdateFeedTest)
#include "update_feed_test.moc"
