// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_network.h"
#include "server/sources/simulated/simulated_source.h"
#include "tests/support/fake_clock.h"

#include <QtTest>

#include <algorithm>
#include <set>

using namespace tipwatch;
using namespace std::chrono_literals;

namespace {

SimulatedConfig configFor(std::int64_t mempool, double txRate = 4, std::chrono::milliseconds interval = 600s)
{
    SimulatedConfig config;
    config.mempool = mempool;
    config.txRate = txRate;
    config.blockInterval = interval;
    config.seed = 21;
    return config;
}

struct Rig {
    explicit Rig(const SimulatedConfig &config) : store(bus, clock), source(config, store, clock, locator)
    {
        QObject::connect(&bus, &EventBus::published, &bus, [this](const ChainEventPtr &event) { events.push_back(event); });
    }

    void startAndFill()
    {
        source.start();
        fill();
    }

    void fill()
    {
        while (store.snapshot()->status.state != SourceState::Live)
            source.catchUp();
    }

    void pass(std::int64_t ms)
    {
        clock.advance(ms);
        while (source.catchUp()) {}
    }

    template <class Body> std::size_t count() const
    {
        return static_cast<std::size_t>(std::count_if(
            events.begin(), events.end(), [](const ChainEventPtr &e) { return std::holds_alternative<Body>(e->body); }));
    }

    bool storeAgrees() const
    {
        std::set<TxId> here, there;
        for (const TxId &txid : store.mempoolTxids().txids)
            here.insert(txid);
        const simulated::SimulatedMempool &mempool = source.network()->mempool();
        for (simulated::Slot slot = 0; slot < mempool.slotCount(); ++slot) {
            if (mempool.isUsed(slot))
                there.insert(source.network()->txidOf(mempool.at(slot).serial));
        }
        return here == there && store.undescribed().empty();
    }

    FakeClock clock;
    EventBus bus;
    ChainStore store;
    PeerLocator locator;
    SimulatedSource source;
    std::vector<ChainEventPtr> events;
};

} // namespace

class TestSimulatedSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isLabelledFromTheFirstMoment();
    void startFillsTheStoreWithoutAnnouncingTransactions();
    void storeAndNetworkStayEqual_data();
    void storeAndNetworkStayEqual();
    void arrivalsComeOneByOne();
    void mempoolSequenceCountsEveryChange();
    void reorgShowsInTheStore();
    void timerDrivesItWithARealClock();
    void nothingHappensAfterStop();
    void startsAgainAfterStop();
    void seedZeroDrawsAnotherEveryTime();
};

void TestSimulatedSource::isLabelledFromTheFirstMoment()
{
    Rig rig(configFor(5000));
    rig.source.start();
    const SourceStatus before = rig.store.snapshot()->status;
    QVERIFY(before.simulated);
    QCOMPARE(before.source, std::string("simulated"));
    QCOMPARE(before.state, SourceState::Syncing);
    QVERIFY(!before.exact);
    rig.fill();
    const SourceStatus after = rig.store.snapshot()->status;
    QVERIFY(after.simulated && after.exact);
    QCOMPARE(after.network, std::string("main"));
    QCOMPARE(after.node, std::string());
    QCOMPARE(after.feed, Feed::Push);
    QVERIFY(after.reason.find("invented") != std::string::npos);
}

void TestSimulatedSource::startFillsTheStoreWithoutAnnouncingTransactions()
{
    Rig rig(configFor(7000));
    rig.startAndFill();
    QCOMPARE(rig.store.mempoolCount(), std::size_t{7000});
    QCOMPARE(rig.store.graph().size(), std::size_t{7000});
    QCOMPARE(rig.count<TransactionsSeen>(), std::size_t{0});
    QVERIFY(rig.storeAgrees());
    const ChainSnapshotPtr snapshot = rig.store.snapshot();
    QVERIFY(snapshot->blocks.size() >= 12);
    QCOMPARE(snapshot->tip.height, snapshot->tip.headers);
    QVERIFY(snapshot->tip.difficulty > 1e14);
    QVERIFY(snapshot->mempool.maxUsage > snapshot->mempool.usage);
    QVERIFY(snapshot->network.peers > 10);
    rig.pass(1000);
    QVERIFY(rig.store.snapshot()->fees.nextBlock.has_value());
}

void TestSimulatedSource::storeAndNetworkStayEqual_data()
{
    QTest::addColumn<qint64>("mempool");
    QTest::addColumn<double>("txRate");
    QTest::addColumn<int>("blockSeconds");
    QTest::newRow("usual") << qint64(20'000) << 4.0 << 600;
    QTest::newRow("five-second blocks") << qint64(3'000) << 10.0 << 5;
    QTest::newRow("busy") << qint64(5'000) << 300.0 << 60;
}

void TestSimulatedSource::storeAndNetworkStayEqual()
{
    QFETCH(const qint64, mempool);
    QFETCH(const double, txRate);
    QFETCH(const int, blockSeconds);
    Rig rig(configFor(mempool, txRate, std::chrono::seconds(blockSeconds)));
    rig.startAndFill();
    std::size_t steps = 0;
    for (int round = 0; steps < 100'000; ++round) {
        rig.events.clear();
        rig.pass(static_cast<std::int64_t>(4'000'000 / txRate));
        for (const ChainEventPtr &event : rig.events) {
            if (const auto *seen = std::get_if<TransactionsSeen>(&event->body))
                steps += seen->entries.size();
            else if (const auto *removed = std::get_if<TransactionsRemoved>(&event->body))
                steps += removed->txids.size();
        }
        QVERIFY(rig.storeAgrees());
        QCOMPARE(rig.store.tipBlock()->hash, rig.source.network()->blocks().back().hash);
    }
    const ChainSnapshotPtr snapshot = rig.store.snapshot();
    for (std::size_t i = 1; i < snapshot->blocks.size(); ++i)
        QCOMPARE(snapshot->blocks[i - 1]->previousHash, snapshot->blocks[i]->hash);
}

void TestSimulatedSource::arrivalsComeOneByOne()
{
    Rig rig(configFor(1000, 500));
    rig.startAndFill();
    rig.pass(1);
    rig.events.clear();
    for (int ms = 0; ms < 5000; ms += 2)
        rig.pass(2);
    std::size_t largest = 0, total = 0;
    for (const ChainEventPtr &event : rig.events) {
        if (const auto *seen = std::get_if<TransactionsSeen>(&event->body)) {
            largest = std::max(largest, seen->entries.size());
            total += seen->entries.size();
        }
    }
    QVERIFY(total > 1000);
    QVERIFY(largest <= 12);
}

void TestSimulatedSource::mempoolSequenceCountsEveryChange()
{
    Rig rig(configFor(2000, 20, 30s));
    rig.startAndFill();
    QCOMPARE(rig.store.mempoolTxids().mempoolSequence, std::uint64_t{2001});
    rig.events.clear();
    rig.pass(300'000);
    std::uint64_t changes = 0;
    for (const ChainEventPtr &event : rig.events) {
        if (const auto *seen = std::get_if<TransactionsSeen>(&event->body))
            changes += seen->entries.size();
        else if (const auto *removed = std::get_if<TransactionsRemoved>(&event->body))
            changes += removed->txids.size();
    }
    QVERIFY(rig.count<BlockConnected>() > 0);
    QCOMPARE(rig.store.mempoolTxids().mempoolSequence, 2001 + changes);
}

void TestSimulatedSource::reorgShowsInTheStore()
{
    Rig rig(configFor(2000, 4, 10s));
    rig.startAndFill();
    for (int minute = 0; rig.count<ChainReorganised>() < 3 && minute < 600; ++minute)
        rig.pass(60'000);
    QVERIFY(rig.count<ChainReorganised>() >= 3);
    QVERIFY(rig.count<BlockDisconnected>() >= 3);
    for (const ChainEventPtr &event : rig.events) {
        if (const auto *reorg = std::get_if<ChainReorganised>(&event->body)) {
            QVERIFY(!reorg->connected.empty());
            QVERIFY(reorg->connected.size() >= reorg->disconnected.size());
            QCOMPARE(reorg->connected.front()->height.value, reorg->fork.value + 1);
        }
    }
    QVERIFY(rig.storeAgrees());
}

void TestSimulatedSource::timerDrivesItWithARealClock()
{
    const SystemClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    PeerLocator locator;
    SimulatedSource source(configFor(3000, 200, 1s), store, clock, locator);
    std::size_t seen = 0, blocks = 0;
    QObject::connect(&bus, &EventBus::published, &bus, [&](const ChainEventPtr &event) {
        seen += std::holds_alternative<TransactionsSeen>(event->body) ? 1 : 0;
        blocks += std::holds_alternative<BlockConnected>(event->body) ? 1 : 0;
    });
    source.start();
    QTRY_COMPARE(store.snapshot()->status.state, SourceState::Live);
    QTRY_VERIFY(seen >= 50);
    QTRY_VERIFY_WITH_TIMEOUT(blocks >= 2, 30'000);
}

void TestSimulatedSource::nothingHappensAfterStop()
{
    Rig rig(configFor(1000));
    rig.startAndFill();
    rig.source.stop();
    const Position position = rig.store.snapshot()->position;
    rig.clock.advance(60'000);
    QVERIFY(!rig.source.catchUp());
    QCOMPARE(rig.store.snapshot()->position, position);
}

void TestSimulatedSource::startsAgainAfterStop()
{
    Rig rig(configFor(1000));
    rig.startAndFill();
    rig.source.stop();
    rig.startAndFill();
    rig.pass(60'000);
    QVERIFY(rig.storeAgrees());
}

void TestSimulatedSource::seedZeroDrawsAnotherEveryTime()
{
    SimulatedConfig config = configFor(10);
    config.seed = 0;
    Rig one(config), other(config);
    one.startAndFill();
    other.startAndFill();
    QVERIFY(one.store.tipBlock()->hash != other.store.tipBlock()->hash);
}

QTEST_GUILESS_MAIN(TestSimulatedSource)
#include "test_simulated_source.moc"
