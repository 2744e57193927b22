// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_node.h"
#include "tests/support/source_under_test.h"

#include <QTest>

#include <algorithm>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 15'000; // ms; on a machine that has other things to do

/// Nothing is missing, nothing is surplus, and it is proven.
bool isSame(const FakeNode &node, const SourceUnderTest &under)
{
    const MempoolTxids view = under.store.mempoolTxids();
    return under.isExact() && view.mempoolSequence == node.chain.sequence() && under.store.tipBlock() &&
           under.store.tipBlock()->hash == node.chain.tip().hash && view.txids.size() == node.chain.mempool().size() &&
           std::ranges::all_of(view.txids, [&](const TxId &txid) { return node.chain.mempool().contains(txid); });
}

} // namespace

#define TRY_SAME() QTRY_VERIFY2_WITH_TIMEOUT(isSame(node, under), under.status().reason.c_str(), patience)
#define TRY_STATE(expected) QTRY_COMPARE_WITH_TIMEOUT(under.state(), expected, patience)

/// The whole Bitcoin source against a node that misbehaves, over real sockets.
class BitcoinSourceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void becomesLiveAndExact();
    void tellsWhatHappens();

    void lossyStreamTriggersResync_data();
    void lossyStreamTriggersResync();
    void lostLastMessageIsNoticed();
    void lostLastBlockIsNoticed();
    void unexplainedGapIsNoticed();
    void lateMessagesAreNotAppliedTwice();
    void snapshotRaceInBothDirections();
    void changeDuringTheProofIsNoDoubt();
    void tipThatMovesDuringTheSnapshotIsAskedAgain();

    void sameHeightReorgIsSeen();
    void deepReorgAsksForTheBlocksThatRawblockOmits();
    void blockWithoutRawblockIsAskedFor();
    void malformedRawblockIsAskedFor();
    void malformedBlockIsResynced();
    void blocksMissedWhileAwayAreFollowed();
    void reorgMissedWhileAwayIsSeen();

    void warmUpIsShownThenLive();
    void wrongPasswordIsAnErrorThatSaysSo();
    void missingCookieIsAnErrorThatSaysSo();
    void forbiddenIsAnErrorThatSaysSo();
    void missingMethodIsAnErrorThatSaysSo();
    void wrongNetworkIsAnErrorThatSaysSo();
    void passingFaultsAreSurvived_data();
    void passingFaultsAreSurvived();
    void nodeGoneAndBack();
    void restartStartsFromTheBeginning();
    void catchingUpIsShownAsProgress();
    void prunedBlocksAreShownByTheirHeaders();
    void oldHeadersForTheDifficultyAreAskedFor();
    void refusedOldHeadersDoNoHarm();

    void missingZmqPolls();
    void missingZmqListPolls();
    void deadZmqPollsAndRecovers();
    void nothingIsTouchedAfterStop();
};

void BitcoinSourceTest::becomesLiveAndExact()
{
    FakeNode node;
    node.chain.add();
    node.chain.add();
    SourceUnderTest under(node.config());
    TRY_SAME();
    const SourceStatus status = under.status();
    QCOMPARE(status.source, std::string("bitcoin"));
    QCOMPARE(status.network, std::string("regtest"));
    QCOMPARE(status.version, std::string("Bitcoin Core 31.0.0"));
    QCOMPARE(status.feed, Feed::Push);
    QCOMPARE(status.resyncs, 0);
    QCOMPARE(status.reason, std::string());
    QTRY_COMPARE_WITH_TIMEOUT(under.store.blocks().size(), std::size_t(12), patience);
    QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->mempool.undescribed, 0, patience);
    QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->network.peers, 10, patience);
    QCOMPARE(under.log.of<TransactionsSeen>().size(), std::size_t(0)); // they were there before
}

void BitcoinSourceTest::tellsWhatHappens()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    const TxId txid = node.chain.add(Satoshi(2'800));
    QTRY_COMPARE_WITH_TIMEOUT(under.log.of<TransactionsSeen>().size(), std::size_t(1), patience);
    const MempoolEntry entry = under.log.of<TransactionsSeen>()[0]->entries[0];
    QVERIFY(entry.txid == txid);
    QCOMPARE(entry.fee, Satoshi(2'800));
    QCOMPARE(entry.feerate(), Feerate(20));
    QCOMPARE(entry.outputs, 2);
    QVERIFY(entry.paysTo);
    QCOMPARE(entry.paysTo->size(), std::size_t(2));
    QCOMPARE((*entry.paysTo)[0].value + (*entry.paysTo)[1].value, entry.value);
    const TxId gone = node.chain.add();
    node.chain.remove(gone);
    const BlockHash block = node.chain.mineAll();
    TRY_SAME();
    const auto connected = under.log.of<BlockConnected>();
    QCOMPARE(connected.size(), std::size_t(1));
    QVERIFY(connected[0]->block->hash == block);
    QCOMPARE(connected[0]->block->totalFees, std::optional(Satoshi(2'800)));
    QCOMPARE(connected[0]->block->coinbaseTag, std::string("/FakeNode/"));
    QVERIFY(connected[0]->block->receivedAt > 0);
    QVERIFY(connected[0]->transactions);
    QCOMPARE(connected[0]->transactions->size(), std::size_t(2)); // the coinbase too
    QVERIFY(connected[0]->transactions->at(1).txid == txid);
    QCOMPARE(connected[0]->transactions->at(1).value, entry.value);
    const auto &outputs = *entry.paysTo;
    const bool firstIsData = !outputs[0].script.empty() && outputs[0].script[0] == 0x6a;
    QVERIFY(connected[0]->transactions->at(1).payee == outputs[firstIsData ? 1 : 0].script);
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::lossyStreamTriggersResync_data()
{
    QTest::addColumn<FakeNode::ZmqFault>("fault");
    QTest::newRow("dropped") << FakeNode::ZmqFault::Drop;
    QTest::newRow("duplicated") << FakeNode::ZmqFault::Duplicate;
    QTest::newRow("reordered") << FakeNode::ZmqFault::Swap;
    QTest::newRow("truncated") << FakeNode::ZmqFault::Truncate;
}

void BitcoinSourceTest::lossyStreamTriggersResync()
{
    QFETCH(FakeNode::ZmqFault, fault);
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.chain.add(); // a counter is known
    TRY_SAME();
    node.setZmqFault("sequence", fault);
    node.chain.add();
    node.chain.add();
    QTRY_VERIFY_WITH_TIMEOUT(under.status().resyncs >= 1, patience);
    TRY_SAME();
    node.chain.mineAll();
    TRY_SAME();
}

void BitcoinSourceTest::lostLastMessageIsNoticed()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.setZmqFault("sequence", FakeNode::ZmqFault::Drop);
    node.chain.add(); // nothing follows that would show the gap; only the node's figures tell
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 1);
}

void BitcoinSourceTest::lostLastBlockIsNoticed()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.chain.mineAll();
    TRY_SAME();
    node.setZmqFault("sequence", FakeNode::ZmqFault::Drop);
    node.chain.mineAll(); // the stream stays a block behind the snapshot that follows
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 1);
    node.chain.mineAll();
    TRY_SAME();
}

void BitcoinSourceTest::unexplainedGapIsNoticed()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    const auto publish = std::exchange(node.chain.publish, nullptr); // numbered by the mempool, but not by ZMQ
    node.chain.add();
    node.chain.publish = publish;
    node.chain.add();
    QTRY_VERIFY_WITH_TIMEOUT(under.status().resyncs >= 1, patience);
    TRY_SAME();
}

void BitcoinSourceTest::lateMessagesAreNotAppliedTwice()
{
    FakeNode node;
    const TxId old = node.chain.add();
    SourceUnderTest under(node.config());
    node.holdZmq(); // what happens from now on is in the snapshot before it is heard
    node.afterAnswerTo(u"getzmqnotifications"_s, [&] {
        node.chain.remove(old);
        node.chain.add();
        node.chain.mineAll();
        node.chain.add();
    });
    QTRY_VERIFY_WITH_TIMEOUT(node.calls[u"getrawmempool"_s] >= 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(under.store.mempoolCount(), std::size_t(1), patience);
    node.releaseZmq();
    TRY_SAME();
    node.chain.add();
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::snapshotRaceInBothDirections()
{
    FakeNode node;
    node.chain.add();
    SourceUnderTest under(node.config());
    // While the answer is on its way, messages arrive that it does not hold yet, ...
    node.afterAnswerTo(u"getrawmempool"_s, [&] {
        node.chain.add();
        node.chain.mineAll();
        node.chain.add();
        // ... and at the next one, those that it does hold arrive after it.
        node.holdZmq();
        node.chain.add();
        node.chain.mineAll();
        node.chain.add();
    });
    QTRY_VERIFY_WITH_TIMEOUT(node.calls[u"getrawmempool"_s] >= 2, patience); // the snapshot, and the proof
    node.releaseZmq();
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::changeDuringTheProofIsNoDoubt()
{
    FakeNode node;
    node.chain.add();
    SourceUnderTest under(node.config());
    QTRY_VERIFY_WITH_TIMEOUT(under.store.mempoolCount() == 1, patience);
    node.afterAnswerTo(u"getrawmempool"_s, [&] { node.chain.add(); });
    TRY_SAME();
    QCOMPARE(under.store.mempoolCount(), std::size_t(2));
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::tipThatMovesDuringTheSnapshotIsAskedAgain()
{
    FakeNode node;
    node.chain.add();
    int moves = 0;
    // The first best hash of the batch is of another tip than the second.
    std::function<void()> move = [&] {
        if (++moves <= 3)
            node.chain.mineAll();
    };
    SourceUnderTest under(node.config());
    node.beforeAnswerTo = [&](const QString &method) {
        if (method == u"getrawmempool")
            move();
    };
    TRY_SAME();
    QVERIFY(node.calls[u"getrawmempool"_s] >= 4);
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::sameHeightReorgIsSeen()
{
    FakeNode node;
    node.chain.add();
    const BlockHash stale = node.chain.mineAll();
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.chain.invalidateTip();
    const BlockHash winner = node.chain.mine({});
    TRY_SAME();
    const auto reorgs = under.log.of<ChainReorganised>();
    QCOMPARE(reorgs.size(), std::size_t(1));
    QVERIFY(reorgs[0]->disconnected.at(0)->hash == stale);
    QVERIFY(reorgs[0]->connected.at(0)->hash == winner);
    QCOMPARE(under.store.mempoolCount(), std::size_t(1)); // what the stale block had confirmed waits again
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::deepReorgAsksForTheBlocksThatRawblockOmits()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    for (int i = 0; i < 5; ++i) {
        node.chain.add();
        node.chain.mineAll();
    }
    TRY_SAME();
    node.calls.clear();
    node.chain.reorganise(5, 6);
    TRY_SAME();
    QCOMPARE(under.log.of<ChainReorganised>().size(), std::size_t(1));
    QCOMPARE(under.log.of<ChainReorganised>()[0]->disconnected.size(), std::size_t(5));
    QCOMPARE(under.store.mempoolCount(), std::size_t(5));
    QVERIFY(node.calls[u"getblock"_s] >= 5);
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::blockWithoutRawblockIsAskedFor()
{
    FakeNode node;
    node.offersRawblock = false;
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.chain.add();
    node.chain.mineAll();
    node.chain.add();
    TRY_SAME();
    QCOMPARE(under.status().feed, Feed::Push);
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::malformedRawblockIsAskedFor()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.setZmqFault("rawblock", FakeNode::ZmqFault::Truncate);
    node.chain.add();
    node.chain.mineAll();
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::malformedBlockIsResynced()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    QTRY_COMPARE_WITH_TIMEOUT(under.store.blocks().size(), std::size_t(12), patience);
    node.setZmqFault("rawblock", FakeNode::ZmqFault::Drop);
    node.breaksNextBlock = true;
    node.chain.add();
    const BlockHash hash = node.chain.mineAll();
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"block.unusable hash="_s + QString::fromStdString(hash.toHex())));
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 1);
}

void BitcoinSourceTest::blocksMissedWhileAwayAreFollowed()
{
    FakeNode node;
    node.chain.add();
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.stop();
    TRY_STATE(SourceState::Stale);
    node.chain.mineAll();
    node.chain.mineAll();
    node.start();
    TRY_SAME();
    QCOMPARE(under.log.of<BlockConnected>().size(), std::size_t(2));
    QCOMPARE(under.log.of<BlockDisconnected>().size(), std::size_t(0));
    const auto removed = under.log.of<TransactionsRemoved>();
    QCOMPARE(removed.size(), std::size_t(1));
    QCOMPARE(removed[0]->reason, RemovalReason::Mined);
}

void BitcoinSourceTest::reorgMissedWhileAwayIsSeen()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    QTRY_COMPARE_WITH_TIMEOUT(under.store.blocks().size(), std::size_t(12), patience);
    node.stop();
    TRY_STATE(SourceState::Stale);
    node.chain.reorganise(2, 2);
    node.start();
    TRY_SAME();
    const auto reorgs = under.log.of<ChainReorganised>();
    QCOMPARE(reorgs.size(), std::size_t(1));
    QCOMPARE(reorgs[0]->disconnected.size(), std::size_t(2));
    QCOMPARE(reorgs[0]->connected.size(), std::size_t(2));
}

void BitcoinSourceTest::warmUpIsShownThenLive()
{
    FakeNode node;
    node.setRpcFault(FakeNode::RpcFault::WarmingUp);
    SourceUnderTest under(node.config());
    QTRY_VERIFY_WITH_TIMEOUT(under.reasonHas("Loading block index"), patience);
    QCOMPARE(under.state(), SourceState::Connecting);
    node.setRpcFault(FakeNode::RpcFault::None);
    TRY_SAME();
}

void BitcoinSourceTest::wrongPasswordIsAnErrorThatSaysSo()
{
    FakeNode node;
    BitcoinConfig config = node.config();
    QTemporaryDir directory;
    const QString path = directory.filePath(u"cookie"_s);
    QVERIFY(QFile::copy(QString::fromStdString(config.cookieFile), path));
    config.cookieFile = path.toStdString();
    node.setPassword("another");
    SourceUnderTest under(config);
    TRY_STATE(SourceState::Error);
    QVERIFY2(under.reasonHas(config.cookieFile.c_str()), under.status().reason.c_str());
    QVERIFY(!under.reasonHas("secret"));
    node.setPassword("secret"); // repaired
    TRY_SAME();
}

void BitcoinSourceTest::missingCookieIsAnErrorThatSaysSo()
{
    FakeNode node;
    BitcoinConfig config = node.config();
    config.cookieFile = "/nowhere/.cookie";
    SourceUnderTest under(config);
    TRY_STATE(SourceState::Error);
    QVERIFY2(under.reasonHas("/nowhere/.cookie"), under.status().reason.c_str());
}

void BitcoinSourceTest::forbiddenIsAnErrorThatSaysSo()
{
    FakeNode node;
    node.setRpcFault(FakeNode::RpcFault::Forbidden);
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Error);
    QVERIFY2(under.reasonHas("rpcwhitelist"), under.status().reason.c_str());
}

void BitcoinSourceTest::missingMethodIsAnErrorThatSaysSo()
{
    FakeNode node;
    node.methodErrors[u"getrawmempool"_s] = {{u"code"_s, -1}, {u"message"_s, u"getrawmempool ( verbose )"_s}}; // before 0.21
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Error);
    QVERIFY2(under.reasonHas("getrawmempool ( verbose )"), under.status().reason.c_str());
}

void BitcoinSourceTest::wrongNetworkIsAnErrorThatSaysSo()
{
    FakeNode node;
    BitcoinConfig config = node.config();
    config.network = "signet";
    SourceUnderTest under(config);
    TRY_STATE(SourceState::Error);
    QVERIFY(under.reasonHas("signet") && under.reasonHas("regtest"));
    QVERIFY(!under.store.tipBlock());
}

void BitcoinSourceTest::passingFaultsAreSurvived_data()
{
    QTest::addColumn<FakeNode::RpcFault>("fault");
    QTest::newRow("work queue full") << FakeNode::RpcFault::QueueFull;
    QTest::newRow("half an answer") << FakeNode::RpcFault::HalfAnswer;
    QTest::newRow("hang-up") << FakeNode::RpcFault::HangUp;
    QTest::newRow("garbage") << FakeNode::RpcFault::Garbage;
    QTest::newRow("warming up again") << FakeNode::RpcFault::WarmingUp;
}

void BitcoinSourceTest::passingFaultsAreSurvived()
{
    QFETCH(FakeNode::RpcFault, fault);
    FakeNode node;
    node.setRpcFault(fault, 3);
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.setRpcFault(fault, 3); // and once more in the middle of everything
    const TxId txid = node.chain.add();
    node.chain.add();
    node.chain.mine({txid});
    TRY_SAME();
    QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->mempool.undescribed, 0, patience);
}

void BitcoinSourceTest::nodeGoneAndBack()
{
    FakeNode node;
    node.chain.add();
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.stop();
    TRY_STATE(SourceState::Stale);
    QVERIFY(!under.status().exact);
    QVERIFY(!under.status().reason.empty());
    QCOMPARE(under.store.mempoolCount(), std::size_t(1)); // the last picture stays
    QVERIFY(!under.store.snapshot()->mempool.exact);
    node.chain.add();
    node.start();
    TRY_SAME();
    QCOMPARE(under.store.mempoolCount(), std::size_t(2));
}

void BitcoinSourceTest::restartStartsFromTheBeginning()
{
    FakeNode node;
    node.chain.add();
    node.chain.add();
    SourceUnderTest under(node.config());
    TRY_SAME();
    node.restart();
    node.chain.add();
    TRY_SAME();
    QCOMPARE(under.store.mempoolTxids().mempoolSequence, std::uint64_t(4));
}

void BitcoinSourceTest::catchingUpIsShownAsProgress()
{
    FakeNode node;
    node.chainInfo = {{u"initialblockdownload"_s, true}, {u"headers"_s, 1000}, {u"verificationprogress"_s, 0.43}};
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Syncing);
    QTRY_COMPARE_WITH_TIMEOUT(under.status().progress, 0.43, patience);
    QTRY_VERIFY_WITH_TIMEOUT(under.store.tipBlock() && under.store.tipBlock()->hash == node.chain.tip().hash, patience);
    node.chain.mineAll();
    QTRY_VERIFY_WITH_TIMEOUT(under.store.tipBlock()->hash == node.chain.tip().hash, patience);
    QCOMPARE(node.calls[u"getrawmempool"_s], 0);
    node.chainInfo = {};
    TRY_SAME();
}

void BitcoinSourceTest::prunedBlocksAreShownByTheirHeaders()
{
    FakeNode node;
    node.methodErrors[u"getblock"_s] = {{u"code"_s, -1}, {u"message"_s, u"Block not available (pruned data)"_s}};
    node.chainInfo = {{u"pruned"_s, true}, {u"pruneheight"_s, 100}};
    SourceUnderTest under(node.config());
    TRY_SAME();
    QVERIFY(under.status().pruned);
    QTRY_COMPARE_WITH_TIMEOUT(under.store.blocks().size(), std::size_t(12), patience);
    node.chain.add();
    node.chain.mineAll(); // its bytes come by ZMQ
    TRY_SAME();
    QCOMPARE(under.status().resyncs, 0);
}

void BitcoinSourceTest::oldHeadersForTheDifficultyAreAskedFor()
{
    FakeNode node;
    node.chainInfo = {{u"chain"_s, u"main"_s}};
    SourceUnderTest under(node.config());
    const auto told = [&] { return under.store.snapshot()->difficulty; };
    QTRY_VERIFY_WITH_TIMEOUT(told().estimatedChange.has_value(), patience);
    const auto &chain = node.chain.chain();
    QVERIFY(chain.size() > ChainLoader::history);
    QCOMPARE(told().periodStart, Height(0));
    const double elapsed = static_cast<double>(chain.back().time - chain.front().time);
    QCOMPARE(*told().averageBlockTime, elapsed / static_cast<double>(chain.size() - 1));
    QCOMPARE(node.calls[u"getblockhash"_s], 1);
    node.chain.mineAll();
    QTRY_COMPARE_WITH_TIMEOUT(told().height, node.chain.tip().height, patience);
    QVERIFY(told().estimatedChange);
    QCOMPARE(node.calls[u"getblockhash"_s], 1);
}

void BitcoinSourceTest::refusedOldHeadersDoNoHarm()
{
    FakeNode node;
    node.chainInfo = {{u"chain"_s, u"main"_s}};
    node.methodErrors[u"getblockhash"_s] = {{u"code"_s, -32601}, {u"message"_s, u"Method not found"_s}};
    SourceUnderTest under(node.config());
    QTRY_VERIFY_WITH_TIMEOUT(node.calls[u"getblockhash"_s] > 0, patience);
    TRY_SAME();
    QVERIFY(under.store.snapshot()->difficulty.isKnown());
    QVERIFY(!under.store.snapshot()->difficulty.estimatedChange);
}

void BitcoinSourceTest::missingZmqPolls()
{
    FakeNode node;
    node.offersSequence = false;
    node.chain.add();
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Live);
    QCOMPARE(under.status().feed, Feed::Poll);
    QVERIFY(!under.status().exact);
    QVERIFY(under.reasonHas("zmqpubsequence="));
    const TxId txid = node.chain.add();
    QTRY_VERIFY_WITH_TIMEOUT(under.store.graph().contains(txid), patience);
    QCOMPARE(under.log.of<TransactionsSeen>().size(), std::size_t(1));
    const BlockHash stale = node.chain.mineAll(); // rawblock tells at once
    QTRY_VERIFY_WITH_TIMEOUT(under.store.tipBlock()->hash == stale && under.store.mempoolCount() == 0, patience);
    const BlockHash winner = node.chain.reorganise(1, 1);
    QTRY_VERIFY_WITH_TIMEOUT(under.store.tipBlock()->hash == winner && under.store.mempoolCount() == 2, patience);
    QCOMPARE(under.log.of<ChainReorganised>().size(), std::size_t(1));
}

void BitcoinSourceTest::missingZmqListPolls()
{
    FakeNode node;
    node.methodErrors[u"getzmqnotifications"_s] = {{u"code"_s, -32601}, {u"message"_s, u"Method not found"_s}};
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Live);
    QCOMPARE(under.status().feed, Feed::Poll);
    QVERIFY(under.reasonHas("Method not found"));
    const TxId txid = node.chain.add();
    QTRY_VERIFY_WITH_TIMEOUT(under.store.graph().contains(txid), patience);
}

void BitcoinSourceTest::deadZmqPollsAndRecovers()
{
    FakeNode node;
    node.stop();
    node.zmqIsDead = true;
    node.start();
    SourceUnderTest under(node.config());
    TRY_STATE(SourceState::Live);
    QCOMPARE(under.status().feed, Feed::Poll);
    QVERIFY(under.reasonHas("does not answer"));
    const TxId txid = node.chain.add();
    QTRY_VERIFY_WITH_TIMEOUT(under.store.graph().contains(txid), patience);
    node.openZmq();
    TRY_SAME();
    QCOMPARE(under.status().feed, Feed::Push);
    const int polled = node.calls[u"getmempoolinfo"_s];
    node.chain.add();
    TRY_SAME();
    QVERIFY(node.calls[u"getmempoolinfo"_s] - polled <= 2); // no more polling
}

void BitcoinSourceTest::nothingIsTouchedAfterStop()
{
    FakeNode node;
    SourceUnderTest under(node.config());
    TRY_SAME();
    under.source.stop();
    const std::size_t events = under.log.all().size();
    node.chain.add();
    node.chain.mineAll();
    QTest::qWait(200); // for something not to happen
    QCOMPARE(under.log.all().size(), events);
}

QTEST_GUILESS_MAIN(BitcoinSourceTest)
#include "bitcoin_source_test.moc"
