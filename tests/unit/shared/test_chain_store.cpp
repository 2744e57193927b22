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

struct Rig {
    FakeClock clock;
    EventBus bus;
    EventLog log{bus};
    ChainStore store{bus, clock};

    void startAt(std::int32_t height, int known = 12)
    {
        std::vector<BlockSummary> blocks;
        for (std::int32_t h = height - known + 1; h <= height; ++h)
            blocks.push_back(block(h));
        blocks.front().chainwork = std::string(62, '0') + "10";
        store.resetChain(blocks, 1);
        log.clear();
    }
};

Peer peer(std::int64_t id, std::int64_t bytesIn = 0)
{
    Peer p;
    p.id = id;
    p.address = "192.0.2.1:" + std::to_string(8000 + id);
    p.network = "ipv4";
    p.bytesIn = bytesIn;
    return p;
}

/// "~1 +2 -3": 1 changed, 2 is new, 3 is gone.
QByteArray told(const PeersChanged &news)
{
    QByteArrayList words;
    for (const PeerChange &change : news.changed)
        words << (change.before ? '~' : '+') + QByteArray::number(qlonglong(change.now.id));
    for (const std::int64_t id : news.gone)
        words << '-' + QByteArray::number(qlonglong(id));
    return words.join(' ');
}

std::vector<int> heights(const std::vector<BlockPtr> &blocks)
{
    std::vector<int> result;
    for (const BlockPtr &b : blocks)
        result.push_back(b->height.value);
    return result;
}

} // namespace

class TestChainStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eventsAreNumberedWithoutGapsAndSnapshotsCarryTheirPosition()
    {
        Rig rig;
        rig.store.resetChain({block(9), block(10)}, 5);
        rig.store.setNodeFees({Feerate(3), {}, {}, {}}, 6);
        rig.store.connectBlock({block(11), {}}, 7);
        std::uint64_t seq = 0;
        for (const ChainEventPtr &event : rig.log.all())
            QCOMPARE(event->position.seq, ++seq);
        QCOMPARE(rig.store.snapshot()->position.seq, seq);
        QCOMPARE(rig.store.snapshot()->tip.height.value, 11);
        QVERIFY(rig.log.all().front()->position.epoch != 0);
        FakeClock clock;
        EventBus bus;
        QVERIFY(ChainStore(bus, clock).snapshot()->position.epoch != rig.store.snapshot()->position.epoch);
    }

    void firstChainAnnouncesTheTipOnly()
    {
        Rig rig;
        rig.store.resetChain({block(8), block(9), block(10)}, 5);
        QCOMPARE(rig.log.of<TipChanged>().size(), 1u);
        QVERIFY(rig.log.of<BlockConnected>().empty());
        QCOMPARE(heights(rig.store.snapshot()->blocks), (std::vector{10, 9, 8}));
    }

    void connectedBlockInheritsHeightWorkAndMedianTime()
    {
        Rig rig;
        rig.startAt(100);
        BlockSummary next = block(101);
        next.height = unknownHeight;
        QVERIFY(rig.store.connectBlock({next, {}}, 1234));
        const auto snapshot = rig.store.snapshot();
        QCOMPARE(snapshot->tip.height.value, 101);
        QCOMPARE(snapshot->tip.chainwork, std::string(62, '0') + "28"); // 0x10 + 12 blocks of 2: the first one brought its own
        QCOMPARE(snapshot->tip.medianTime, block(96).time);
        QCOMPARE(rig.log.all().front()->timestamp, 1234);
    }

    void blockThatDoesNotFitChangesNothing()
    {
        Rig rig;
        rig.startAt(100);
        const auto before = rig.store.snapshot()->position;
        QVERIFY(!rig.store.connectBlock({block(103), {}}, 1));
        QVERIFY(!rig.store.disconnectTip(block(99).hash, 1));
        QCOMPARE(rig.store.snapshot()->position, before);
    }

    void minedTransactionsLeaveAndGiveTheBlockItsFeerates()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.addTransaction(txid(1), 2, 1);
        rig.store.addTransaction(txid(2), 3, 1);
        rig.store.addTransaction(txid(3), 4, 1);
        rig.store.describeTransactions({entry(1, 1410), entry(2, 2820)});
        rig.log.clear();
        BlockSummary next = block(101);
        next.weight = Weight(900 + 2 * 564);
        const auto count = rig.store.connectBlock({next, {txid(900), txid(1), txid(2), txid(3)}}, 5);
        QCOMPARE(count, std::optional<std::size_t>(3)); // the undescribed one counts, the coinbase does not
        QCOMPARE(rig.store.mempoolCount(), 0u);
        const auto removed = rig.log.of<TransactionsRemoved>();
        QCOMPARE(removed.size(), 1u);
        QCOMPARE(removed.front()->reason, RemovalReason::Mined);
        QCOMPARE(removed.front()->txids.size(), 3u);
        const BlockPtr connected = rig.store.tipBlock();
        QVERIFY(connected->feerateRange);
        QCOMPARE((*connected->feerateRange)[0].value, 10.0);
        QCOMPARE((*connected->feerateRange)[6].value, 20.0);
    }

    void blockOfUnknownTransactionsClaimsNoFeerate()
    {
        Rig rig;
        rig.startAt(100);
        BlockSummary next = block(101);
        next.weight = Weight(400'000);
        QCOMPARE(rig.store.connectBlock({next, {txid(900), txid(901)}}, 5), std::optional<std::size_t>(0));
        QVERIFY(!rig.store.tipBlock()->feerateRange);
        QVERIFY(rig.log.of<TransactionsRemoved>().empty());
    }

    void sameHeightReorgIsAnnouncedOnce()
    {
        Rig rig;
        rig.startAt(100);
        QVERIFY(rig.store.disconnectTip(block(100).hash, 5));
        QVERIFY(rig.log.of<ChainReorganised>().empty());
        QVERIFY(rig.store.connectBlock({block(100, 1, block(99).hash), {}}, 6));
        const auto reorgs = rig.log.of<ChainReorganised>();
        QCOMPARE(reorgs.size(), 1u);
        QCOMPARE(reorgs.front()->fork.value, 99);
        QCOMPARE(heights(reorgs.front()->disconnected), std::vector{100});
        QCOMPARE(reorgs.front()->connected.front()->hash, block(100, 1).hash);
        QVERIFY(rig.store.connectBlock({block(101, 1), {}}, 7));
        QCOMPARE(rig.log.of<ChainReorganised>().size(), 1u);
    }

    void deepReorgTellsBothBranches()
    {
        Rig rig;
        rig.startAt(100);
        for (const int h : {100, 99, 98})
            QVERIFY(rig.store.disconnectTip(block(h).hash, 5));
        QVERIFY(rig.store.connectBlock({block(98, 1, block(97).hash), {}}, 6));
        QVERIFY(rig.store.connectBlock({block(99, 1), {}}, 6));
        QVERIFY(rig.log.of<ChainReorganised>().empty());
        QVERIFY(rig.store.connectBlock({block(100, 1), {}}, 6));
        const auto reorgs = rig.log.of<ChainReorganised>();
        QCOMPARE(reorgs.size(), 1u);
        QCOMPARE(heights(reorgs.front()->disconnected), (std::vector{100, 99, 98}));
        QCOMPARE(heights(reorgs.front()->connected), (std::vector{98, 99, 100}));
        QCOMPARE(reorgs.front()->fork.value, 97);
    }

    void blocksTakenBackAndPutOnAgainAreNoReorg()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.disconnectTip(block(100).hash, 5);
        rig.store.connectBlock({block(100), {}}, 6);
        QVERIFY(rig.log.of<ChainReorganised>().empty());
    }

    void chainThatOnlyGetsShorterIsAnnouncedWhenItHasSettled()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.disconnectTip(block(100).hash, 5);
        rig.store.disconnectTip(block(99).hash, 5);
        QTRY_COMPARE(rig.log.of<ChainReorganised>().size(), 1u);
        QVERIFY(rig.log.of<ChainReorganised>().front()->connected.empty());
        QCOMPARE(rig.store.snapshot()->tip.height.value, 98);
    }

    void tipCanFallBelowWhatIsKept()
    {
        Rig rig;
        rig.startAt(100, 2);
        rig.store.disconnectTip(block(100).hash, 5);
        rig.store.disconnectTip(block(99).hash, 5);
        QCOMPARE(rig.store.snapshot()->tip.height.value, 98);
        QCOMPARE(rig.store.snapshot()->tip.hash, block(98).hash);
        QVERIFY(rig.store.blocks().empty());
        QVERIFY(rig.store.connectBlock({block(99, 1, block(98).hash), {}}, 6));
        QCOMPARE(rig.store.snapshot()->tip.height.value, 99);
    }

    void resetTellsWhatHappenedMeanwhile()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.resetChain({block(98), block(99, 1, block(98).hash), block(100, 1), block(101, 1)}, 9);
        QCOMPARE(rig.log.of<BlockDisconnected>().size(), 2u);
        QCOMPARE(rig.log.of<BlockConnected>().size(), 3u);
        QCOMPARE(rig.log.of<ChainReorganised>().size(), 1u);
        QCOMPARE(rig.log.of<ChainReorganised>().front()->fork.value, 98);
    }

    void resetToTheSameChainIsSilent()
    {
        Rig rig;
        rig.startAt(100);
        std::vector<BlockSummary> same;
        for (const BlockPtr &b : rig.store.blocks())
            same.insert(same.begin(), *b);
        rig.store.resetChain(same, 9);
        QVERIFY(rig.log.all().empty());
    }

    void tipThatWentBackWithoutAWordIsDisconnected()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.resetChain({block(97), block(98)}, 9);
        QCOMPARE(rig.log.of<BlockDisconnected>().size(), 2u);
        QVERIFY(rig.log.of<BlockConnected>().empty());
        QCOMPARE(rig.store.snapshot()->tip.height.value, 98);
    }

    void longAbsenceIsNoReorg()
    {
        Rig rig;
        rig.startAt(100);
        rig.store.resetChain({block(200), block(201)}, 9);
        QVERIFY(rig.log.of<BlockDisconnected>().empty());
        QCOMPARE(rig.log.of<BlockConnected>().size(), 2u);
        QCOMPARE(heights(rig.store.snapshot()->blocks), (std::vector{201, 200}));
    }

    void transactionCountsAtOnceAndIsSeenWhenDescribed()
    {
        Rig rig;
        QVERIFY(rig.store.addTransaction(txid(1), 2, 111));
        QVERIFY(!rig.store.addTransaction(txid(1), 2, 112));
        QCOMPARE(rig.store.mempoolCount(), 1u);
        QVERIFY(rig.log.of<TransactionsSeen>().empty());
        rig.clock.advance(5);
        rig.store.describeTransactions({entry(1), entry(2)});
        QCOMPARE(rig.log.of<TransactionsSeen>().size(), 1u);
        QCOMPARE(rig.log.of<TransactionsSeen>().front()->entries.size(), 1u);
        QCOMPARE(rig.log.all().front()->timestamp, 111);
        QCOMPARE(rig.store.mempoolCount(), 1u);
    }

    void replacementNamesWhatItReplaced()
    {
        Rig rig;
        rig.store.addTransaction(txid(1), 2, 1);
        rig.store.addTransaction(txid(2), 3, 1);
        rig.store.describeTransactions({entry(1), entry(2)});
        rig.store.removeTransaction(txid(1), RemovalReason::Replaced, txid(3), 4, 1);
        rig.store.removeTransaction(txid(2), RemovalReason::Replaced, txid(3), 5, 1);
        rig.store.addTransaction(txid(3), 6, 1);
        rig.log.clear();
        rig.store.describeTransactions({entry(3)});
        const MempoolEntry seen = rig.log.of<TransactionsSeen>().front()->entries.front();
        QCOMPARE(seen.replaces, (std::vector{txid(1), txid(2)}));
        QVERIFY(seen.has(TxFlag::Replacement));
    }

    void resetMempoolKeepsWhatIsKnownAndAnnouncesWhatIsGone()
    {
        Rig rig;
        rig.store.addTransaction(txid(1), 2, 1);
        rig.store.addTransaction(txid(2), 3, 1);
        rig.store.describeTransactions({entry(1), entry(2)});
        rig.log.clear();
        const std::vector set{txid(2), txid(3)};
        rig.store.resetMempool(set, 9, 5);
        QCOMPARE(rig.log.of<TransactionsRemoved>().size(), 1u);
        QCOMPARE(rig.log.of<TransactionsRemoved>().front()->txids, std::vector{txid(1)});
        QCOMPARE(rig.store.undescribed(), std::vector{txid(3)});
        rig.store.describeTransactions({entry(3)});
        QVERIFY2(rig.log.of<TransactionsSeen>().empty(), "it was there before: no news");
        const MempoolTxids all = rig.store.mempoolTxids();
        QCOMPARE(all.mempoolSequence, 9u);
        QCOMPARE(all.txids.size(), 2u);
    }

    void mempoolFiguresComeAtOnceWhenQuietAndAreHeldBackWhenBusy()
    {
        Rig rig;
        for (std::uint64_t i = 1; i <= 500; ++i) {
            rig.store.addTransaction(txid(i), i + 1, 1);
            rig.store.describeTransactions({entry(i)});
            if (i == 1)
                QCOMPARE(rig.log.of<MempoolChanged>().size(), 1u);
        }
        QCOMPARE(rig.log.of<MempoolChanged>().size(), 1u);
        QTRY_COMPARE(rig.store.snapshot()->mempool.count, 500);
        QCOMPARE(rig.log.of<MempoolChanged>().size(), 2u);
    }

    void projectionFollowsTheMempoolAndABlockAtOnce()
    {
        Rig rig;
        rig.startAt(100);
        QVERIFY(rig.store.snapshot()->projection.blocks.empty());
        for (std::uint64_t i = 1; i <= 3; ++i)
            rig.store.addTransaction(txid(i), i + 1, 1);
        rig.store.describeTransactions({entry(1, 1410), entry(2, 2820), entry(3, 100, 141, {txid(2)})});
        QCOMPARE(rig.log.of<ProjectionChanged>().size(), 1u);
        const ProjectedBlocks &first = rig.log.of<ProjectionChanged>()[0]->projection;
        QCOMPARE(first.blocks.size(), 1u);
        QCOMPARE(first.blocks[0].count, 3);
        QCOMPARE(first.blocks[0].totalFees.value, 4330);
        QCOMPARE(first.blocks[0].feerateRange.front(), Feerate(100.0 / 141));
        QCOMPARE(first.blocks[0].feerateRange.back(), Feerate(20));
        QCOMPARE(rig.store.snapshot()->projection, first);

        rig.store.connectBlock({block(101), {txid(1), txid(2)}}, 5); // no time has passed
        QCOMPARE(rig.log.of<ProjectionChanged>().size(), 2u);
        QCOMPARE(rig.store.snapshot()->projection.blocks[0].count, 1);
        QCOMPARE(rig.store.snapshot()->projection.blocks[0].totalFees.value, 100);

        rig.store.removeTransaction(txid(3), RemovalReason::Evicted, std::nullopt, 9, 1);
        rig.clock.advance(ChainStore::mempoolIntervalMs);
        QTRY_VERIFY(rig.store.snapshot()->projection.blocks.empty());
        QCOMPARE(rig.log.of<ProjectionChanged>().size(), 3u);
    }

    void peersAreToldByWhatDiffers()
    {
        Rig rig;
        rig.store.setPeers({peer(7), peer(3)}, 50);
        QCOMPARE(rig.log.of<PeersChanged>().size(), 1u);
        QCOMPARE(rig.log.all().front()->timestamp, 50);
        QCOMPARE(told(*rig.log.of<PeersChanged>()[0]), QByteArray("+3 +7"));
        rig.log.clear();

        rig.clock.advance(ChainStore::peersIntervalMs);
        rig.store.setPeers({peer(3), peer(7)}, 51); // nothing new
        QVERIFY(rig.log.all().empty());

        rig.store.setPeers({peer(9), peer(7, 1000)}, 52);
        QCOMPARE(rig.log.of<PeersChanged>().size(), 1u);
        const PeersChanged &news = *rig.log.of<PeersChanged>()[0];
        QCOMPARE(told(news), QByteArray("~7 +9 -3"));
        QCOMPARE(news.changed[0].before->bytesIn, 0);
        QCOMPARE(news.changed[0].now.bytesIn, 1000);
        const auto snapshot = rig.store.snapshot();
        QCOMPARE(snapshot->position, rig.log.all().back()->position);
        QCOMPARE(snapshot->peers.size(), 2u);
        QCOMPARE(snapshot->peers[0], peer(7, 1000));
        QCOMPARE(snapshot->peers[1], peer(9));
    }

    void peersOfABusyMomentAreMerged()
    {
        Rig rig;
        rig.store.setPeers({peer(1)}, 1);
        rig.store.setPeers({peer(1, 10), peer(2)}, 2);
        rig.store.setPeers({peer(1, 20), peer(3)}, 3); // 2 came and went
        QCOMPARE(rig.log.of<PeersChanged>().size(), 1u);
        QCOMPARE(rig.store.snapshot()->peers.size(), 1u); // as announced
        rig.clock.advance(ChainStore::peersIntervalMs);
        QTRY_COMPARE(rig.log.of<PeersChanged>().size(), 2u);
        const PeersChanged &news = *rig.log.of<PeersChanged>()[1];
        QCOMPARE(told(news), QByteArray("~1 +3"));
        QCOMPARE(news.changed[0].before->bytesIn, 0);
        QCOMPARE(news.changed[0].now.bytesIn, 20);
        QCOMPARE(rig.log.all().back()->timestamp, 3);
        QCOMPARE(rig.store.snapshot()->peers.size(), 2u);
    }

    void peersThatAreAsBeforeWhenTheMomentIsOverAreNoNews()
    {
        Rig rig;
        rig.store.setPeers({peer(1)}, 1);
        rig.store.setPeers({peer(1), peer(2)}, 2);
        rig.store.setPeers({peer(1)}, 3);
        rig.clock.advance(ChainStore::peersIntervalMs);
        QTest::qWait(2 * ChainStore::peersIntervalMs);
        QCOMPARE(rig.log.of<PeersChanged>().size(), 1u);
    }

    void statusRemembersSinceWhen()
    {
        Rig rig;
        SourceStatus status;
        status.state = SourceState::Connecting;
        rig.store.setStatus(status);
        const auto since = rig.store.snapshot()->status.since;
        rig.clock.advance(1000);
        status.reason = "still trying";
        rig.store.setStatus(status);
        QCOMPARE(rig.store.snapshot()->status.since, since);
        status.state = SourceState::Live;
        status.exact = true;
        rig.store.setStatus(status);
        QCOMPARE(rig.store.snapshot()->status.since, since + 1000);
        QVERIFY(rig.store.snapshot()->mempool.exact);
        rig.log.clear();
        rig.store.setStatus(status);
        QVERIFY(rig.log.all().empty());
    }
};

QTEST_GUILESS_MAIN(TestChainStore)
#include "test_chain_store.moc"
