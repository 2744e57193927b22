// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/block_template.h"
#include "server/sources/simulated/simulated_network.h"
#include "tests/unit/sources/simulated_witness.h"

#include <QtTest>

#include <algorithm>
#include <functional>
#include <set>

using namespace tipwatch;
using namespace tipwatch::simulated;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t startMs = 1'795'132'800'000; // midnight UTC
constexpr SimulatedNetwork::Time second = 1'000'000;
constexpr SimulatedNetwork::Time hour = 3600 * second;

SimulatedConfig configFor(std::int64_t mempool, double txRate = 4, std::chrono::milliseconds interval = 600s)
{
    SimulatedConfig config;
    config.mempool = mempool;
    config.txRate = txRate;
    config.blockInterval = interval;
    return config;
}

/// Lets the network run until @p end and shows every operation to @p see.
template <class See> void run(SimulatedNetwork &network, SimulatedNetwork::Time end, See see)
{
    while (network.nextEvent() <= end) {
        std::vector<Operation> operations;
        network.advance(end, 500, operations);
        for (const Operation &operation : operations)
            see(operation);
    }
}

std::string fingerprint(const Operation &operation)
{
    struct Printer {
        std::string operator()(const Arrival &a) const
        {
            return "A" + a.entry.txid.toHex() + std::to_string(a.entry.fee.value) + "/" + std::to_string(a.entry.time) +
                   std::to_string(a.entry.parents.size());
        }
        std::string operator()(const Removal &r) const { return "R" + r.txid.toHex() + std::string(reasonName(r.reason)); }
        std::string operator()(const BlockFound &b) const
        {
            return "C" + b.block.summary.hash.toHex() + std::to_string(b.block.txids.size()) + b.block.summary.miner;
        }
        std::string operator()(const BlockLost &b) const { return "D" + b.hash.toHex(); }
        std::string operator()(const FeesEstimated &f) const { return "F" + std::to_string(f.fees.nextBlock->value); }
        std::string operator()(const simulated::PeersChanged &p) const { return "P" + std::to_string(p.network.bytesIn); }
    };
    return std::visit(Printer(), operation);
}

double quantile(std::vector<double> values, double share)
{
    const auto it = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), it, values.end());
    return *it;
}

} // namespace

class TestSimulatedNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameSeedTellsTheSameStoryHoweverTimeIsCut();
    void anotherSeedTellsAnotherStory();
    void everyStepFits_data();
    void everyStepFits();
    void reorgReturnsWhatTheNewBranchLacks();
    void ratesAreThoseAskedFor();
    void feeratesAndSizesLookLikeTheMainNetwork();
    void memoryLimitHoldsAndRaisesTheFloor();
    void floorDecaysOnceThereIsRoom();
    void oldTransactionsExpire();
    void fiveSecondBlocksDrainTheMempool();
    void floodIsKeptUp();
    void startIsBelievable();
    void largeStartIsSmall();
    void clockThatIsSetMovesTimestamps();
    void templateTakesPackagesAndFits();
    void evictionGivesUpTheCheapestPackage();
};

void TestSimulatedNetwork::sameSeedTellsTheSameStoryHoweverTimeIsCut()
{
    const SimulatedConfig config = configFor(3000, 10, 120s);
    std::vector<std::string> stories[2];
    for (int cut = 0; cut < 2; ++cut) {
        SimulatedNetwork network(config, 7, startMs);
        for (const MempoolEntry &entry : describeAll(network))
            stories[cut].push_back(entry.txid.toHex() + std::to_string(entry.fee.value));
        const auto note = [&](const Operation &operation) { stories[cut].push_back(fingerprint(operation)); };
        if (cut == 0) {
            run(network, 2 * hour, note);
        } else {
            for (SimulatedNetwork::Time at = 0; at <= 2 * hour; at += 7 * second / 3)
                run(network, at, note);
            run(network, 2 * hour, note);
        }
    }
    QVERIFY(stories[0].size() > 50'000);
    QVERIFY(stories[0] == stories[1]);
}

void TestSimulatedNetwork::anotherSeedTellsAnotherStory()
{
    SimulatedNetwork one(configFor(10), 1, startMs), other(configFor(10), 2, startMs);
    QVERIFY(one.initialTxids() != other.initialTxids());
    QVERIFY(one.blocks().back().hash != other.blocks().back().hash);
}

void TestSimulatedNetwork::everyStepFits_data()
{
    QTest::addColumn<qint64>("mempool");
    QTest::addColumn<double>("txRate");
    QTest::addColumn<int>("blockMs");
    QTest::addColumn<qint64>("maxUsage");
    QTest::addColumn<int>("seed");
    QTest::newRow("a usual week") << qint64(20'000) << 4.0 << 600'000 << qint64(0) << 1;
    QTest::newRow("blocks all the time") << qint64(2'000) << 4.0 << 5000 << qint64(0) << 2;
    QTest::newRow("more than fits into blocks") << qint64(5'000) << 40.0 << 600'000 << qint64(0) << 3;
    QTest::newRow("a small full mempool") << qint64(2'000) << 30.0 << 60'000 << qint64(4'000'000) << 4;
    QTest::newRow("nothing there at first") << qint64(0) << 4.0 << 600'000 << qint64(0) << 5;
    QTest::newRow("many small blocks and reorgs") << qint64(500) << 2.0 << 2000 << qint64(0) << 6;
    QTest::newRow("ten blocks a second") << qint64(5'000) << 50.0 << 100 << qint64(0) << 7;
    QTest::newRow("ten thousand a second") << qint64(5'000) << 10'000.0 << 86'400'000 << qint64(20'000'000) << 8;
}

/// At least 100,000 steps each, every one checked by someone who only hears what is told.
void TestSimulatedNetwork::everyStepFits()
{
    QFETCH(const qint64, mempool);
    QFETCH(const double, txRate);
    QFETCH(const int, blockMs);
    QFETCH(const qint64, maxUsage);
    QFETCH(const int, seed);
    SimulatedNetwork network(configFor(mempool, txRate, std::chrono::milliseconds(blockMs)), static_cast<std::uint64_t>(seed),
                             startMs, maxUsage);
    Witness witness(network);
    const auto step = static_cast<SimulatedNetwork::Time>(std::clamp(2500 / txRate, 0.25, 600.0) * second);
    SimulatedNetwork::Time now = 0;
    while (witness.operations < 120'000) {
        now += step;
        run(network, now, std::ref(witness));
        QVERIFY(witness.agreesWith(network));
        QVERIFY2(witness.complaints.isEmpty(), qPrintable(witness.complaints.join(QStringLiteral("; "))));
        QVERIFY(network.limits().usage <= network.limits().maxUsage);
        QVERIFY(witness.tip().hash == network.blocks().back().hash);
    }
    qInfo("%zu operations: %d blocks, %d taken back (deepest %d), %d transactions returned; %d replaced by %d, %d conflicts, %d "
          "evicted, "
          "%d expired, %d by reorg",
          witness.operations, witness.connected, witness.disconnected, witness.deepest, witness.returned,
          witness.removals[RemovalReason::Replaced], witness.replacements, witness.removals[RemovalReason::Conflict],
          witness.removals[RemovalReason::Evicted], witness.removals[RemovalReason::Expired],
          witness.removals[RemovalReason::Reorg]);
    QVERIFY(witness.replacements > 100);
    QCOMPARE(witness.removals[RemovalReason::Mined], 0); // told by the block
    QCOMPARE(witness.removals[RemovalReason::Unknown], 0);
    if (witness.connected > 2000) {
        QVERIFY(witness.disconnected > 5);
        QVERIFY(witness.returned > 0);
        QVERIFY(witness.deepest == 2);
        QVERIFY(witness.removals[RemovalReason::Conflict] > 0);
    }
    if (maxUsage > 0)
        QVERIFY(witness.removals[RemovalReason::Evicted] > 1000);
}

void TestSimulatedNetwork::reorgReturnsWhatTheNewBranchLacks()
{
    SimulatedNetwork network(configFor(20'000, 30, 10s), 10, startMs);
    Witness witness(network);
    SimulatedNetwork::Time now = 0;
    while (witness.disconnected < 8 && now < 24 * hour) {
        now += 600 * second;
        run(network, now, std::ref(witness));
        QVERIFY(witness.agreesWith(network));
        QVERIFY2(witness.complaints.isEmpty(), qPrintable(witness.complaints.join(QStringLiteral("; "))));
    }
    qInfo("%d of %d blocks taken back, %d transactions returned, %d lost to it", witness.disconnected, witness.connected,
          witness.returned, witness.removals[RemovalReason::Reorg]);
    QVERIFY(witness.disconnected >= 8);
    QVERIFY(witness.returned > 5);
}

void TestSimulatedNetwork::ratesAreThoseAskedFor()
{
    SimulatedNetwork network(configFor(1000), 11, startMs);
    describeAll(network);
    constexpr int days = 4;
    int arrivals = 0, blocks = 0, lost = 0;
    std::array<int, 24> byHour{};
    run(network, days * 24 * hour, [&](const Operation &operation) {
        if (const auto *arrival = std::get_if<Arrival>(&operation)) {
            ++arrivals;
            ++byHour[static_cast<std::size_t>(arrival->entry.time / 3600 % 24)];
        } else if (std::holds_alternative<BlockFound>(operation)) {
            ++blocks;
        } else if (std::holds_alternative<BlockLost>(operation)) {
            ++lost;
        }
    });
    const double rate = arrivals / (days * 86'400.0);
    qInfo("%.3f tx/s (4 asked for), a block every %.0f s (600 asked for), %d lost", rate, days * 86'400.0 / (blocks - lost),
          lost);
    QVERIFY(std::abs(rate - 4) < 0.25); // spells of rush and quiet weigh more than chance
    const double expected = days * 144.0;
    QVERIFY(std::abs(blocks - expected) < 4 * std::sqrt(expected));
    // Busiest in the afternoon, quiet at night (UTC).
    QVERIFY(byHour[15] > 1.3 * byHour[3]);
}

void TestSimulatedNetwork::feeratesAndSizesLookLikeTheMainNetwork()
{
    SimulatedNetwork network(configFor(20'000), 12, startMs);
    describeAll(network);
    std::vector<double> feerates, sizes;
    int whole = 0, typical = 0, withParents = 0, cheap = 0;
    run(network, 48 * hour, [&](const Operation &operation) {
        const auto *arrival = std::get_if<Arrival>(&operation);
        if (!arrival)
            return;
        const MempoolEntry &entry = arrival->entry;
        const double feerate = entry.feerate().value;
        feerates.push_back(feerate);
        sizes.push_back(static_cast<double>(entry.vsize.value));
        whole += std::abs(feerate - std::round(feerate)) < 0.01 && feerate >= 0.99 ? 1 : 0;
        typical += entry.vsize.value >= 140 && entry.vsize.value <= 141 ? 1 : 0;
        withParents += entry.parents.empty() ? 0 : 1;
        cheap += feerate < 1 ? 1 : 0;
        QVERIFY(feerate >= PurgeFeerate::minRelay);
        QVERIFY(entry.weight.value <= 400'000);
        QVERIFY(entry.value.value > 0 && entry.inputs > 0 && entry.outputs > 0);
        QCOMPARE(entry.vsize, vsizeOf(entry.weight));
    });
    const double count = static_cast<double>(feerates.size());
    double mean = 0;
    for (const double size : sizes)
        mean += size / count;
    qInfo("feerate %.2f / %.2f / %.2f / %.2f sat/vB at 10/50/90/99 %%; whole %.0f %%; mean %.0f vB, median %.0f vB; 140-141 vB "
          "%.0f %%; "
          "unconfirmed parents %.0f %%",
          quantile(feerates, 0.1), quantile(feerates, 0.5), quantile(feerates, 0.9), quantile(feerates, 0.99),
          100 * whole / count, mean, quantile(sizes, 0.5), 100 * typical / count, 100 * withParents / count);
    QVERIFY(quantile(feerates, 0.5) >= 1 && quantile(feerates, 0.5) < 12);
    QVERIFY(quantile(feerates, 0.9) > 2 * quantile(feerates, 0.5));
    QVERIFY(quantile(feerates, 0.99) < 400);
    QVERIFY(whole > 0.25 * count);
    QVERIFY(cheap > 0.01 * count && cheap < 0.15 * count);
    QVERIFY(mean > 300 && mean < 480);
    QVERIFY(quantile(sizes, 0.5) < 200);
    QVERIFY(typical > 0.25 * count);
    QVERIFY(withParents > 0.08 * count && withParents < 0.25 * count);
}

void TestSimulatedNetwork::memoryLimitHoldsAndRaisesTheFloor()
{
    constexpr std::int64_t limit = 10'000'000;
    SimulatedNetwork network(configFor(1000, 100), 13, startMs, limit);
    describeAll(network);
    const double before = network.limits().minFeerate.value;
    int evicted = 0;
    std::int64_t fullest = 0;
    for (int minute = 1; minute <= 120; ++minute) {
        run(network, minute * 60 * second, [&](const Operation &operation) {
            if (const auto *removal = std::get_if<Removal>(&operation))
                evicted += removal->reason == RemovalReason::Evicted ? 1 : 0;
        });
        fullest = std::max(fullest, network.limits().usage);
        QVERIFY(fullest <= limit);
    }
    QCOMPARE(before, PurgeFeerate::minRelay);
    QVERIFY(evicted > 1000);
    QVERIFY(network.limits().minFeerate.value > 1);
    QVERIFY(fullest > limit * 9 / 10);
    QVERIFY(network.fees().minimum == network.limits().minFeerate);
}

void TestSimulatedNetwork::floorDecaysOnceThereIsRoom()
{
    constexpr std::int64_t max = 1000;
    PurgeFeerate purge;
    purge.evicted(9.9);
    QCOMPARE(purge.floor(), 10.0);
    purge.decay(100'000, max, max);
    QCOMPARE(purge.floor(), 10.0); // not before a block
    purge.blockConnected(100'000);
    purge.decay(100'000 + 12 * 3600, max, max);
    QCOMPARE(purge.floor(), 5.0);
    purge.decay(100'000 + 15 * 3600, max / 5, max); // nearly empty: four times as fast
    QCOMPARE(purge.floor(), 2.5);
    purge.evicted(1);
    QCOMPARE(purge.floor(), 2.5); // never lowered by what is cheaper
    purge.decay(100'000 + 100 * 3600, max / 5, max);
    QCOMPARE(purge.floor(), PurgeFeerate::minRelay);
}

void TestSimulatedNetwork::oldTransactionsExpire()
{
    // Nothing is mined, so that all of it gets old.
    SimulatedNetwork network(configFor(500, 0, 1'000'000h), 14, startMs);
    describeAll(network);
    std::set<std::string> reasons;
    int gone = 0;
    run(network, 13 * 24 * hour, [&](const Operation &operation) { gone += std::holds_alternative<Removal>(operation) ? 1 : 0; });
    QVERIFY(gone < 500);
    run(network, 14 * 24 * hour + hour, [&](const Operation &operation) {
        if (const auto *removal = std::get_if<Removal>(&operation)) {
            ++gone;
            reasons.insert(std::string(reasonName(removal->reason)));
        }
    });
    QCOMPARE(gone, 500);
    QCOMPARE(network.mempool().size(), std::size_t{0});
    QCOMPARE(reasons, std::set<std::string>{"expired"});
}

void TestSimulatedNetwork::fiveSecondBlocksDrainTheMempool()
{
    SimulatedNetwork network(configFor(20'000, 4, 5s), 15, startMs);
    describeAll(network);
    int arrivals = 0, blocks = 0, empty = 0;
    run(network, hour, [&](const Operation &operation) {
        arrivals += std::holds_alternative<Arrival>(operation) ? 1 : 0;
        if (const auto *found = std::get_if<BlockFound>(&operation)) {
            ++blocks;
            empty += found->block.txids.size() == 1 ? 1 : 0;
        }
    });
    QVERIFY(network.mempool().size() < 1000);
    QVERIFY(std::abs(blocks - 720) < 4 * std::sqrt(720));
    QVERIFY(empty < blocks / 10);
    QVERIFY(arrivals > 3600 * 2 && arrivals < 3600 * 8); // the rate of transactions has nothing to do with that of blocks
}

void TestSimulatedNetwork::floodIsKeptUp()
{
    SimulatedNetwork network(configFor(20'000, 5000), 16, startMs);
    describeAll(network);
    int arrivals = 0;
    for (int minute = 1; minute <= 2; ++minute) {
        const int before = arrivals;
        run(network, minute * 60 * second,
            [&](const Operation &operation) { arrivals += std::holds_alternative<Arrival>(operation) ? 1 : 0; });
        const double rate = (arrivals - before) / 60.0;
        QVERIFY2(rate > 5000 * 0.35 && rate < 5000 * 2.1, qPrintable(QString::number(rate))); // night and spells included
        QVERIFY(network.limits().usage <= network.limits().maxUsage);
    }
}

void TestSimulatedNetwork::startIsBelievable()
{
    SimulatedNetwork network(configFor(20'000), 17, startMs);
    const std::vector<BlockSummary> &blocks = network.blocks();
    QVERIFY(blocks.size() >= 12);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const BlockSummary &block = blocks[i];
        QVERIFY(difficultyOf(block.bits) > 1.2e14 && difficultyOf(block.bits) < 2e14);
        QVERIFY(block.chainwork.size() == 64);
        QVERIFY(block.hash.toHex().substr(0, 20) == std::string(20, '0'));
        QVERIFY(block.weight.value <= maxBlockWeight);
        QVERIFY(block.time * 1000 <= startMs);
        QCOMPARE(block.subsidy, Satoshi(312'500'000));
        if (i == 0)
            continue;
        QCOMPARE(block.previousHash, blocks[i - 1].hash);
        QCOMPARE(block.height.value, blocks[i - 1].height.value + 1);
        QCOMPARE(block.chainwork, addWork(blocks[i - 1].chainwork, block.bits));
        QVERIFY(block.time > blocks[i - 1].medianTime);
    }
    QVERIFY(blocks.back().height.value > 950'000 && blocks.back().height.value < 1'000'000);

    const std::vector<TxId> txids = network.initialTxids();
    const std::vector<MempoolEntry> entries = describeAll(network);
    QCOMPARE(txids.size(), std::size_t{20'000});
    QCOMPARE(entries.size(), txids.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        QCOMPARE(entries[i].txid, txids[i]);
        QVERIFY(entries[i].time * 1000 <= startMs);
    }
}

void TestSimulatedNetwork::largeStartIsSmall()
{
    SimulatedNetwork network(configFor(300'000), 18, startMs);
    QElapsedTimer timer;
    timer.start();
    qint64 longest = 0;
    for (;;) {
        QElapsedTimer slice;
        slice.start();
        if (network.describeInitial(2000).empty())
            break;
        longest = std::max(longest, slice.elapsed());
    }
    const std::size_t bytes = network.mempool().memory();
    qInfo("300,000 transactions: %lld ms, longest slice of 2,000 %lld ms, %.1f bytes each",
          static_cast<long long>(timer.elapsed()), static_cast<long long>(longest), static_cast<double>(bytes) / 300'000);
    QCOMPARE(network.mempool().size(), std::size_t{300'000});
    QVERIFY(bytes < 300'000 * 48);
}

void TestSimulatedNetwork::clockThatIsSetMovesTimestamps()
{
    SimulatedNetwork network(configFor(0, 4), 19, startMs);
    std::int64_t last = 0;
    const auto note = [&](const Operation &operation) {
        if (const auto *arrival = std::get_if<Arrival>(&operation))
            last = arrival->entry.time;
    };
    run(network, 60 * second, note);
    QVERIFY(std::abs(last - startMs / 1000 - 60) < 10);
    network.setClockOffset(7'200'000);
    run(network, 120 * second, note);
    QVERIFY(std::abs(last - startMs / 1000 - 120 - 7200) < 10);
}

void TestSimulatedNetwork::templateTakesPackagesAndFits()
{
    SimulatedMempool mempool;
    const auto add = [&](Serial serial, std::uint32_t fee, std::uint32_t weight, std::vector<Slot> parents) {
        return mempool.add({serial, 0, fee, weight, 1}, parents);
    };
    const Slot stuck = add(0, 100, 400, {});            // 1 sat/vB
    const Slot middle = add(1, 1000, 400, {});          // 10 sat/vB
    const Slot rescuer = add(2, 4000, 400, {stuck});    // 20.5 with its parent
    const Slot grandchild = add(3, 50, 400, {rescuer}); // 0.5 once its ancestors are in
    const Slot large = add(4, 30'000, 4000, {});        // 30, but does not fit below
    const Slot unknown = add(5, 90'000, 400, {});       // the miner has not seen it
    const auto known = [](const PooledTransaction &transaction) { return transaction.serial != 5; };

    QCOMPARE(blockTemplate(mempool, 1200, known), (std::vector<Slot>{stuck, rescuer, middle}));
    QCOMPARE(blockTemplate(mempool, 100'000, known), (std::vector<Slot>{large, stuck, rescuer, middle, grandchild}));
    QCOMPARE(blockTemplate(mempool, 100'000, [](const auto &) { return true; }).front(), unknown);
    QVERIFY(blockTemplate(mempool, 100, known).empty());
}

void TestSimulatedNetwork::evictionGivesUpTheCheapestPackage()
{
    SimulatedMempool mempool;
    EvictionQueue queue(mempool);
    Random random(99);
    Serial serial = 0;
    const auto score = [&](Slot slot) {
        return static_cast<float>(std::max(mempool.at(slot).feerate(), mempool.descendantPackage(slot).feerate()));
    };
    const auto add = [&](double feerate) {
        std::vector<Slot> parents;
        if (mempool.size() > 100 && random.chance(0.3))
            parents.push_back(mempool.any(random));
        const Slot slot = mempool.add({serial++, 0, feeFor(feerate, 200), 800, 1}, parents);
        for (const Slot relative : mempool.withAncestors(slot))
            queue.touched(relative);
    };
    for (int i = 0; i < 9000; ++i) // more than the queue keeps in order
        add(random.logNormal(5, 1));
    for (int i = 0; i < 1500; ++i) {
        float least = std::numeric_limits<float>::infinity();
        for (Slot slot = 0; slot < mempool.slotCount(); ++slot) {
            if (mempool.isUsed(slot))
                least = std::min(least, score(slot));
        }
        const Slot worst = queue.worst();
        QVERIFY(mempool.isUsed(worst));
        QCOMPARE(score(worst), least);
        for (const Slot slot : mempool.withDescendants(worst)) {
            std::vector<Slot> family = mempool.withAncestors(slot);
            std::erase(family, slot);
            mempool.remove(slot);
            for (const Slot ancestor : family)
                queue.touched(ancestor);
        }
        if (i % 2 == 0)
            add(random.logNormal(3, 1));
    }
}

QTEST_APPLESS_MAIN(TestSimulatedNetwork)
#include "test_simulated_network.moc"
