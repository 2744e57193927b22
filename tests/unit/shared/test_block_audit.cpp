// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/block_note.h"
#include "shared/mempool/block_audit.h"
#include "shared/state/block_archive.h"
#include "tests/support/domain_samples.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace tipwatch;
using samples::block;
using samples::entry;
using samples::txid;

namespace {

constexpr std::int64_t now = 1'767'230'000; // an hour and more after the entries' time

/// A mempool of plain transactions of @p vsize each: transaction n pays n sat/vB.
struct Pool {
    MempoolGraph graph;
    std::vector<TxId> block{txid(1'000'000)}; ///< the mined one, with its coinbase
    std::vector<ConfirmedTransaction> confirmed{{txid(1'000'000), Satoshi(5'000'000'000), {}, Weight(800)}};

    void add(std::uint64_t number, std::int64_t vsize = 1000, std::int64_t time = now - 3600)
    {
        MempoolEntry e = entry(number, static_cast<std::int64_t>(number) * vsize, vsize);
        e.time = time;
        graph.add(e);
    }
    void mine(std::uint64_t number, std::int64_t vsize = 1000)
    {
        block.push_back(txid(number));
        confirmed.push_back({txid(number), Satoshi(7), {}, Weight(4 * vsize)});
    }
    BlockContents contents() const
    {
        return describeMined(graph, block, std::make_shared<const std::vector<ConfirmedTransaction>>(confirmed));
    }
    /// Blocks of ten transactions of 1,000 vB.
    static BlockFilling ofTen() { return {.maxWeight = 40'001 + 8'000, .reservedWeight = 8'000}; }
};

std::vector<TxId> leftOut(const BlockContents &contents, LeftOutTransaction::Why why)
{
    std::vector<TxId> found;
    for (const LeftOutTransaction &transaction : contents.leftOut) {
        if (transaction.why == why)
            found.push_back(transaction.txid);
    }
    return found;
}

using Why = LeftOutTransaction::Why;

} // namespace

class TestBlockAudit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blockAsExpectedMatchesWholly()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 30; ++n)
            pool.add(n);
        for (std::uint64_t n = 21; n <= 30; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.rate, 100.0);
        QCOMPARE(match.expected, 10);
        QCOMPARE(match.missing + match.fresh + match.displaced + match.unexpected + match.unseen + match.prioritised, 0);
        QCOMPARE(contents.expectedWeight.value, 40'000);
        QCOMPARE(contents.matchedWeight.value, 40'000);
        QVERIFY(contents.leftOut.empty());
        QVERIFY(contents.transactions[1].has(MinedTransaction::Expected));
        QVERIFY(!contents.transactions[0].has(MinedTransaction::Unseen)); // nobody expects to see a coinbase before
    }

    void transactionThatIsLeftOutIsMissing()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 30; ++n)
            pool.add(n);
        for (std::uint64_t n = 20; n <= 29; ++n) // 30 is censored, 20 has its place
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.missing, 1);
        QCOMPARE(match.firstMissing, std::vector{txid(30)});
        QCOMPARE(match.unexpected, 1);
        QCOMPARE(match.firstUnexpected, std::vector{txid(20)});
        QCOMPARE(match.unseen, 0);
        QCOMPARE(match.prioritised, 0); // 20 is no less than half of 21
        QCOMPARE(match.rate, 90.0);
        QCOMPARE(contents.leftOut.front().chunkFeerate, 30.0f);
    }

    void youngTransactionIsNotMissed()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 29; ++n)
            pool.add(n);
        pool.add(30, 1000, now - 10);
        for (std::uint64_t n = 20; n <= 29; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.missing, 0);
        QCOMPARE(match.fresh, 1);
        QCOMPARE(match.rate, 100.0);
        QCOMPARE(leftOut(contents, Why::Fresh), std::vector{txid(30)});
    }

    void oldTransactionThatAYoungOneJustPaidForIsNotMissed()
    {
        Pool pool;
        for (std::uint64_t n = 11; n <= 30; ++n)
            pool.add(n);
        pool.add(1);
        MempoolEntry child = entry(500, 200'000, 1000, {txid(1)});
        child.time = now - 5;
        pool.graph.add(child);
        for (std::uint64_t n = 21; n <= 30; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.fresh, 2);
        QCOMPARE(match.missing, 0);
    }

    void cheapOnesMakeRoomForWhatNobodyExpected()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 30; ++n)
            pool.add(n);
        pool.mine(900); // never seen: the miner's own
        pool.mine(901);
        for (std::uint64_t n = 23; n <= 30; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.displaced, 2);
        QCOMPARE(leftOut(contents, Why::Displaced), (std::vector{txid(22), txid(21)}));
        QCOMPARE(match.missing, 0);
        QCOMPARE(match.unexpected, 2);
        QCOMPARE(match.unseen, 2);
        QCOMPARE(match.rate, 100.0);
        QCOMPARE(contents.unknownVsize.value, 2000);
        QVERIFY(!contents.transactions[1].feerate());
    }

    void roomThatIsLeftDisplacesNobody()
    {
        Pool pool;
        for (std::uint64_t n = 21; n <= 30; ++n)
            pool.add(n);
        pool.mine(900);
        for (std::uint64_t n = 24; n <= 30; ++n) // two more would have had room
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.missing, 3);
        QCOMPARE(match.displaced, 0);
        QCOMPARE(match.rate, 70.0);
    }

    void minedFarBelowTheRestIsPrioritised()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 30; ++n)
            pool.add(n);
        pool.mine(3);
        pool.mine(12);
        for (std::uint64_t n = 23; n <= 30; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.prioritised, 1);
        QVERIFY(contents.transactions[1].has(MinedTransaction::Prioritised));
        QVERIFY(!contents.transactions[2].has(MinedTransaction::Prioritised));
        QCOMPARE(match.unseen, 0);
        QCOMPARE(match.unexpected, 2);
    }

    void parentThatItsChildPaidForIsNotPrioritised()
    {
        Pool pool;
        for (std::uint64_t n = 11; n <= 30; ++n)
            pool.add(n);
        pool.add(1);
        MempoolEntry child = entry(500, 39'000, 1000, {txid(1)}); // 20 sat/vB together, just not enough
        child.time = now - 3600;
        pool.graph.add(child);
        pool.mine(1);
        pool.mine(500);
        for (std::uint64_t n = 23; n <= 30; ++n)
            pool.mine(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.unexpected, 2);
        QCOMPARE(match.prioritised, 0);
        QCOMPARE(contents.transactions[1].chunkFeerate, 20.0f);
        QCOMPARE(contents.transactions[1].feerate()->value, 1.0);
    }

    void emptyBlockMissesEverything()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 30; ++n)
            pool.add(n);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, Pool::ofTen(), now);
        QCOMPARE(match.rate, 0.0);
        QCOMPARE(match.missing, 10);
        QCOMPARE(match.unexpected, 0);
    }

    void blockOfAnEmptyMempoolIsAsExpected()
    {
        Pool pool;
        pool.mine(900);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, {}, now);
        QCOMPARE(match.rate, 100.0);
        QCOMPARE(match.expected, 0);
        QCOMPARE(match.unexpected, 1);
    }

    void listsInTheSummaryAreBounded()
    {
        Pool pool;
        for (std::uint64_t n = 1; n <= 300; ++n)
            pool.add(n, 100);
        for (std::uint64_t n = 1000; n < 1100; ++n)
            pool.mine(n, 100);
        BlockContents contents = pool.contents();
        const BlockMatch match = matchWithProjection(contents, pool.graph, {.maxWeight = 100'000}, now);
        QCOMPARE(match.firstMissing.size(), BlockMatch::listed);
        QCOMPARE(match.firstMissing.front(), txid(300));
        QCOMPARE(match.firstUnexpected.size(), BlockMatch::listed);
        QCOMPARE(match.firstUnexpected.front(), txid(1000));
        QCOMPARE(match.missing + match.displaced, match.expected);
    }

    void histogramHoldsWhatIsKnown()
    {
        Pool pool;
        pool.add(1, 500);
        pool.add(7, 300);
        pool.add(1500, 200);
        pool.mine(1, 500);
        pool.mine(7, 300);
        pool.mine(1500, 200);
        pool.mine(900, 50);
        const BlockContents contents = pool.contents();
        const std::vector<FeerateBand> wanted{{Feerate(1), VBytes(500)}, {Feerate(6), VBytes(300)}, {Feerate(1000), VBytes(200)}};
        QCOMPARE(contents.histogram, wanted);
        QCOMPARE(contents.unknownVsize.value, 50);
        QCOMPARE(contents.transactions[2].fee.value, 2100);
        QCOMPARE(contents.transactions[2].value.value, 7);
    }

    /// Whatever is in the mempool and in the block: the sums add up.
    void sumsAddUp()
    {
        std::mt19937_64 random(7);
        for (int round = 0; round < 50; ++round) {
            Pool pool;
            for (std::uint64_t n = 1; n <= 200; ++n)
                pool.add(n, static_cast<std::int64_t>(100 + random() % 900), now - static_cast<std::int64_t>(random() % 120));
            for (std::uint64_t n = 1; n <= 250; ++n) {
                if (random() % 3 == 0)
                    pool.mine(n, 200);
            }
            BlockContents contents = pool.contents();
            const BlockMatch match = matchWithProjection(contents, pool.graph, {.maxWeight = 200'000}, now);
            const auto expected = std::count_if(contents.transactions.begin(), contents.transactions.end(),
                                                [](const auto &t) { return t.has(MinedTransaction::Expected); });
            QCOMPARE(match.expected, expected + match.missing + match.fresh + match.displaced);
            QCOMPARE(static_cast<std::size_t>(match.missing + match.fresh + match.displaced), contents.leftOut.size());
            QCOMPARE(static_cast<std::size_t>(expected + match.unexpected + 1), contents.transactions.size());
            QVERIFY(match.unseen <= match.unexpected && match.prioritised <= match.unexpected - match.unseen);
            std::int64_t left = contents.matchedWeight.value;
            for (const LeftOutTransaction &transaction : contents.leftOut)
                left += transaction.weight;
            QCOMPARE(left, contents.expectedWeight.value);
            QVERIFY(match.rate >= 0 && match.rate <= 100);
            QVERIFY(std::is_sorted(contents.leftOut.begin(), contents.leftOut.end(),
                                   [](const auto &a, const auto &b) { return a.chunkFeerate > b.chunkFeerate; }));
        }
    }

    void notesSayWhyABlockIsEmpty_data()
    {
        QTest::addColumn<int>("txCount");
        QTest::addColumn<int>("weight");
        QTest::addColumn<int>("seconds");  // -1: the block before is not known
        QTest::addColumn<int>("expected"); // -1: not known
        QTest::addColumn<QByteArray>("note");
        QTest::newRow("full") << 3000 << 3'990'000 << 3 << 3000 << QByteArray();
        QTest::newRow("unknown") << 0 << 0 << 3 << -1 << QByteArray();
        QTest::newRow("empty at once")
            << 1 << 900 << 7 << 3000
            << QByteArray("Empty: mined 7 s after the block before, when its miner had no transactions to put in yet.");
        QTest::newRow("nearly empty at once")
            << 4 << 9'000 << 7 << 3000
            << QByteArray("Nearly empty: mined 7 s after the block before, when its miner had no transactions to put in yet.");
        QTest::newRow("empty later") << 1 << 900 << 600 << 3000
                                     << QByteArray("Empty, although 3000 transactions were expected in it.");
        QTest::newRow("nothing to mine") << 1 << 900 << 600 << 0 << QByteArray("Empty: there was no more to mine.");
        QTest::newRow("empty, nothing known") << 1 << 900 << -1 << -1 << QByteArray("Empty.");
    }
    void notesSayWhyABlockIsEmpty()
    {
        QFETCH(const int, txCount);
        QFETCH(const int, weight);
        QFETCH(const int, seconds);
        QFETCH(const int, expected);
        QFETCH(const QByteArray, note);
        BlockSummary previous = block(9), mined = block(10);
        previous.receivedAt = 1'000'000;
        mined.receivedAt = 1'000'000 + 1000 * seconds;
        mined.txCount = txCount;
        mined.weight = Weight(weight);
        if (expected >= 0) {
            mined.match.emplace();
            mined.match->expected = mined.match->missing = expected;
        }
        QCOMPARE(QByteArray::fromStdString(emptyBlockNote(mined, seconds < 0 ? nullptr : &previous).value_or("")), note);
    }

    void archiveForgetsTheOldestListsFirst()
    {
        BlockArchive archive;
        BlockContents full;
        full.transactions.resize(4'000);
        full.histogram = {{Feerate(1), VBytes(10)}};
        for (std::int32_t height = 0; height < 300; ++height)
            archive.add(block(height).hash, full);
        QVERIFY(archive.memory() <= BlockArchive::keptBytes);
        QVERIFY(!archive.find(block(0).hash));
        const std::int32_t first = 300 - static_cast<std::int32_t>(BlockArchive::keptContents);
        QVERIFY(!archive.find(block(first - 1).hash));
        QVERIFY(archive.find(block(first).hash));
        QVERIFY(archive.find(block(first).hash)->transactions.empty());
        QCOMPARE(archive.find(block(first).hash)->histogram, full.histogram);
        QCOMPARE(archive.find(block(299).hash)->transactions.size(), 4'000u);
        const std::size_t lists = BlockArchive::keptBytes / full.memory();
        QVERIFY(!archive.find(block(300 - static_cast<std::int32_t>(lists)).hash)->transactions.empty());
        QVERIFY(archive.find(block(300 - static_cast<std::int32_t>(lists) - 1).hash)->transactions.empty());
    }

    void archiveKeepsAHugeBlockIfItIsTheLatest()
    {
        BlockArchive archive;
        BlockContents huge;
        huge.transactions.resize(BlockArchive::keptBytes / sizeof(MinedTransaction) + 1);
        archive.add(block(1).hash, huge);
        QVERIFY(!archive.find(block(1).hash)->transactions.empty());
        archive.add(block(2).hash, {});
        QVERIFY(archive.find(block(1).hash)->transactions.empty());
        QCOMPARE(archive.memory(), 0u);
    }
};

QTEST_GUILESS_MAIN(TestBlockAudit)
#include "test_block_audit.moc"
