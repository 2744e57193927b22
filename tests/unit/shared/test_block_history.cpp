// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/chain_store.h"
#include "tests/support/domain_samples.h"
#include "tests/support/event_log.h"
#include "tests/support/fake_clock.h"

#include <QTest>

using namespace tipwatch;
using samples::block;
using samples::entry;
using samples::txid;

namespace {

/// A store that is live at height 100, an hour after the entries came.
struct Rig {
    FakeClock clock;
    EventBus bus;
    EventLog log{bus};
    ChainStore store{bus, clock};
    std::int64_t heardAt = (entry(1).time + 3600) * 1000;

    explicit Rig(SourceState state = SourceState::Live)
    {
        SourceStatus status;
        status.network = "regtest";
        status.state = state;
        status.feed = Feed::Push;
        store.setStatus(status);
        std::vector<BlockSummary> blocks;
        for (std::int32_t h = 89; h <= 100; ++h)
            blocks.push_back(block(h));
        store.resetChain(blocks, 1);
        log.clear();
    }
    void fill(std::uint64_t from, std::uint64_t to)
    {
        for (std::uint64_t n = from; n <= to; ++n) {
            store.addTransaction(txid(n), n, heardAt);
            store.describeTransactions({entry(n, 1000 * static_cast<std::int64_t>(n))});
        }
    }
    /// Connects it with a coinbase of its own and @p numbers.
    BlockPtr connect(BlockSummary summary, std::vector<std::uint64_t> numbers = {})
    {
        const auto coinbase = txid(1'000'000 + summary.hash.bytes()[0] * 256u + summary.hash.bytes()[1]);
        std::vector<TxId> txids{coinbase};
        for (const std::uint64_t number : numbers)
            txids.push_back(txid(number));
        return store.connectBlock({std::move(summary), txids}, heardAt) ? store.tipBlock() : nullptr;
    }
    const ChainReorganised &reorg() const { return *log.of<ChainReorganised>().back(); }
};

} // namespace

/// What the store makes of blocks as they come and go, beyond the chain itself.
class TestBlockHistory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blockIsComparedWithWhatWasExpected()
    {
        Rig rig;
        rig.fill(1, 10);
        const BlockPtr mined = rig.connect(block(101), {1, 2, 3, 4, 5, 6, 7, 8, 50});
        QVERIFY(mined->match);
        QCOMPARE(mined->match->expected, 10);
        QCOMPARE(mined->match->missing, 2);
        QCOMPARE(mined->match->unseen, 1);
        QCOMPARE(mined->match->rate, 80.0);
        // It is announced with that.
        QCOMPARE(rig.log.of<BlockConnected>().front()->block->match, mined->match);
        const BlockContentsPtr contents = rig.store.archive().find(mined->hash);
        QCOMPARE(contents->transactions.size(), 10u);
        QCOMPARE(contents->leftOut.size(), 2u);
        // The next one is compared with what is left.
        QCOMPARE(rig.connect(block(102), {9, 10})->match->rate, 100.0);
        QCOMPARE(rig.store.tipBlock()->match->expected, 2);
    }

    void nothingIsSaidBeforeTheMempoolIsKnown()
    {
        Rig rig(SourceState::Syncing);
        rig.fill(1, 10);
        const BlockPtr mined = rig.connect(block(101), {1, 2});
        QVERIFY(!mined->match);
        QCOMPARE(rig.store.archive().find(mined->hash)->transactions.size(), 3u);
        Rig undescribed;
        undescribed.fill(1, 10);
        undescribed.store.addTransaction(txid(11), 11, undescribed.heardAt);
        undescribed.store.addTransaction(txid(12), 12, undescribed.heardAt);
        QVERIFY(!undescribed.connect(block(101), {1, 2})->match);
    }

    void blockThatWasMissedIsNotJudged()
    {
        Rig rig;
        rig.fill(1, 10);
        rig.heardAt = (block(101).time + 3600) * 1000;
        QVERIFY(!rig.connect(block(101), {1, 2})->match);
        rig.heardAt = (block(102).time + 60) * 1000;
        QVERIFY(rig.connect(block(102), {3})->match);
    }

    void transactionThatIsNotDescribedYetIsNoSurprise()
    {
        Rig rig;
        rig.fill(1, 10);
        rig.store.addTransaction(txid(11), 11, rig.heardAt);
        const BlockPtr mined = rig.connect(block(101), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        QVERIFY(mined->match);
        QCOMPARE(mined->match->unexpected, 0);
        QCOMPARE(mined->match->unseen, 0);
        QCOMPARE(mined->match->rate, 100.0);
    }

    void matchSurvivesWhatTheNodeTellsLater()
    {
        Rig rig;
        rig.fill(1, 3);
        const BlockPtr mined = rig.connect(block(101), {1, 2, 3});
        BlockSummary later = block(101);
        later.chainwork = "ff";
        rig.store.updateBlock(later, rig.heardAt);
        QCOMPARE(rig.store.tipBlock()->chainwork, std::string("ff"));
        QCOMPARE(rig.store.tipBlock()->match, mined->match);
    }

    void reorgTellsWhatFellOut()
    {
        Rig rig;
        rig.fill(1, 6);
        rig.connect(block(101), {1, 2, 3});
        rig.connect(block(102), {4, 5, 6});
        rig.store.disconnectTip(block(102).hash, rig.heardAt);
        rig.store.disconnectTip(block(101).hash, rig.heardAt);
        rig.fill(2, 6); // the node takes them back, but for 1
        rig.connect(block(101, 1, block(100).hash), {2, 4});
        QVERIFY(rig.log.of<ChainReorganised>().empty());
        rig.connect(block(102, 1), {5});
        QCOMPARE(rig.reorg().depth, 2);
        QCOMPARE(rig.reorg().fork, Height(100));
        QCOMPARE(*rig.reorg().fellOut, (std::vector{txid(1), txid(3), txid(6)}));
        QCOMPARE(rig.reorg().returned, 2);
        QCOMPARE(rig.store.archive().reorgs().size(), 1u);
        QVERIFY(!rig.store.tipBlock()->match); // the mempool was the other branch's
        rig.connect(block(103, 1), {3, 6});
        QVERIFY(rig.store.tipBlock()->match);
    }

    void whatUnknownBlocksHeldIsNotGuessed()
    {
        Rig rig;
        rig.store.disconnectTip(block(100).hash, rig.heardAt); // was there before us
        rig.connect(block(100, 1, block(99).hash), {2});
        QVERIFY(!rig.reorg().fellOut);
        QCOMPARE(rig.reorg().depth, 1);
    }

    void staleBlocksAreKept()
    {
        Rig rig;
        rig.fill(1, 3);
        const BlockPtr lost = rig.connect(block(101), {1, 2});
        rig.store.disconnectTip(lost->hash, rig.heardAt + 5);
        const auto stale = rig.store.archive().findStale(lost->hash);
        QVERIFY(stale);
        QCOMPARE(stale->block, lost);
        QCOMPARE(stale->staleSince, rig.heardAt + 5);
        QCOMPARE(rig.store.archive().find(lost->hash)->transactions.size(), 3u);
        // Back again: it is not stale any more, and what was said of it when it was new holds.
        const BlockPtr again = rig.connect(block(101), {1, 2});
        QVERIFY(!rig.store.archive().findStale(lost->hash));
        QVERIFY(again->match);
        QCOMPARE(again->match, lost->match);
        QVERIFY(rig.log.of<ChainReorganised>().empty());
    }

    void staleBlocksAreBounded()
    {
        Rig rig;
        for (std::uint64_t branch = 1; branch <= 40; ++branch) {
            rig.connect(block(101, branch, block(100).hash));
            rig.store.disconnectTip(block(101, branch).hash, rig.heardAt);
        }
        const auto stale = rig.store.archive().stale();
        QCOMPARE(stale.size(), BlockArchive::keptStale);
        QCOMPARE(stale.front().block->hash, block(101, 40).hash);
    }

    void blockThatIsUpdatedAndThenTakenBackIsOfTheNewBranch()
    {
        Rig rig;
        rig.store.disconnectTip(block(100).hash, 5);
        rig.store.disconnectTip(block(99).hash, 5);
        rig.connect(block(99, 1, block(98).hash));
        BlockSummary more = block(99, 1, block(98).hash);
        more.chainwork = "ff";
        rig.store.updateBlock(more, 6);
        rig.store.disconnectTip(block(99, 1).hash, 7); // an attempt that failed
        rig.connect(block(99));
        rig.connect(block(100));
        QVERIFY(rig.log.of<ChainReorganised>().empty());
    }

    void veryDeepReorgIsBounded()
    {
        FakeClock clock;
        PendingReorg pending;
        constexpr std::int32_t top = 5000, deep = 4000;
        for (std::int32_t h = top; h > top - deep; --h)
            pending.disconnected(std::make_shared<const BlockSummary>(block(h)), 1);
        for (std::int32_t h = top - deep + 1; h < top - deep + 200; ++h)
            QVERIFY(!pending.connected(std::make_shared<const BlockSummary>(block(h, 1))));
        const auto reorg = pending.finish();
        QVERIFY(reorg);
        QCOMPARE(reorg->depth, deep);
        QCOMPARE(reorg->fork.value, top - deep);
        QCOMPARE(reorg->disconnected.size(), PendingReorg::told);
        QCOMPARE(reorg->connected.size(), PendingReorg::told);
        QVERIFY(!pending.isUnderWay());
        QVERIFY(!pending.finish());
    }
};

QTEST_GUILESS_MAIN(TestBlockHistory)
#include "test_block_history.moc"
