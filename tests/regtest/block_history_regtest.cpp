// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QDateTime>
#include <QJsonArray>
#include <QTest>

#include <algorithm>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 20'000; // ms

QString textOf(const TxId &txid)
{
    return QString::fromStdString(txid.toHex());
}

} // namespace

/// Audits, reorgs and stale blocks of a real bitcoind.
class BlockHistoryRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_node = std::make_unique<RegtestNode>();
        QVERIFY(m_node->start());
        m_wallet = std::make_unique<TestWallet>(*m_node);
        QCOMPARE(m_wallet->mine(130).size(), 130);
        m_wallet->refresh();
        m_under = std::make_unique<SourceUnderTest>(m_node->config());
        QTRY_VERIFY_WITH_TIMEOUT(m_under->isExact(), patience);
    }
    void cleanup()
    {
        m_under.reset();
        m_wallet.reset();
        m_node.reset();
    }

    void whatTheNodeMinesItselfIsExpected()
    {
        for (int i = 0; i < 20; ++i)
            pay(Satoshi(500 + 100 * i));
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.graph().size(), 20u, patience);
        m_wallet->mine(1);
        const BlockPtr block = tipAt(131);
        QVERIFY(block && block->match);
        QCOMPARE(block->match->expected, 20);
        QCOMPARE(block->match->rate, 100.0);
        QCOMPARE(block->match->unexpected, 0);
        const BlockContentsPtr contents = m_under->store.archive().find(block->hash);
        QCOMPARE(contents->transactions.size(), 21u);
        QCOMPARE(contents->unknownVsize.value, 0);
        Satoshi fees;
        for (const MinedTransaction &transaction : contents->transactions)
            fees += Satoshi(std::max<std::int64_t>(transaction.fee.value, 0));
        QCOMPARE(block->totalFees, std::optional(fees));
    }

    void whatTheMinerLeavesOutIsMissing()
    {
        setClockBack(3600); // old enough not to be excused
        const auto censored = pay(Satoshi(50'000));
        const auto ordinary = pay(Satoshi(1'000));
        m_node->call("setmocktime", {0});
        const auto young = pay(Satoshi(2'000));
        const auto own = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, Satoshi(0));
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.graph().size(), 3u, patience);
        QVERIFY2(m_node->call("generateblock",
                              {TestWallet::descriptor(), QJsonArray{textOf(ordinary.txid), QString::fromStdString(own.hex)}}),
                 qPrintable(m_node->lastError()));
        const BlockPtr block = tipAt(131);
        QVERIFY(block && block->match);
        QCOMPARE(block->match->expected, 3);
        QCOMPARE(block->match->missing, 1);
        QCOMPARE(block->match->firstMissing, std::vector{censored.txid});
        QCOMPARE(block->match->fresh, 1);
        QCOMPARE(block->match->unseen, 1);
        QCOMPARE(block->match->firstUnexpected, std::vector{own.txid});
        QVERIFY(block->match->rate > 40 && block->match->rate < 60);
        const BlockContentsPtr contents = m_under->store.archive().find(block->hash);
        QCOMPARE(contents->leftOut.size(), 2u);
        QVERIFY(contents->leftOut[1].txid == young.txid);
        QVERIFY(contents->transactions[2].weight > 0); // although it was never seen
    }

    void reorgTellsWhatFellOut()
    {
        const auto first = pay(Satoshi(1'000)), second = pay(Satoshi(2'000));
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.graph().size(), 2u, patience);
        const QString lost = m_wallet->mine(1).value(0);
        QVERIFY(tipAt(131));
        m_node->call("invalidateblock", {lost});
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.graph().size(), 2u, patience);
        m_node->call("generateblock", {TestWallet::descriptor(), QJsonArray{textOf(second.txid)}});
        QTRY_COMPARE_WITH_TIMEOUT(m_under->log.of<ChainReorganised>().size(), 1u, patience);
        const ChainReorganised &reorg = *m_under->log.of<ChainReorganised>().front();
        QCOMPARE(reorg.depth, 1);
        QVERIFY(reorg.fellOut);
        QCOMPARE(*reorg.fellOut, std::vector{first.txid});
        QCOMPARE(reorg.returned, 1);
        const auto stale = m_under->store.archive().stale();
        QCOMPARE(stale.size(), 1u);
        QCOMPARE(stale[0].block->hash.toHex(), lost.toStdString());
        // And when it wins after all
        m_node->call("invalidateblock", {QString::fromStdString(m_under->store.tipBlock()->hash.toHex())});
        m_node->call("reconsiderblock", {lost});
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.tipBlock()->hash.toHex(), lost.toStdString(), patience);
        QVERIFY(!m_under->store.archive().findStale(stale[0].block->hash));
    }

    void halvingIsCountedAsTheNodeDoes()
    {
        const DifficultyProgress before = m_under->store.snapshot()->difficulty;
        QCOMPARE(before.halvingHeight, Height(150));
        QCOMPARE(before.halvingBlocksLeft, 20);
        QVERIFY(!before.retargets);
        m_wallet->mine(19);
        QVERIFY(tipAt(149));
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.snapshot()->difficulty.halvingBlocksLeft, 1, patience);
        m_wallet->mine(1);
        const BlockPtr block = tipAt(150);
        QCOMPARE(block->subsidy, before.subsidyAfter);
        QCOMPARE(block->totalFees, std::optional(Satoshi(0))); // the node claimed just that
        QCOMPARE(m_under->store.snapshot()->difficulty.halvingHeight, Height(300));
    }

private:
    TestWallet::Payment pay(Satoshi fee)
    {
        const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, fee);
        if (!m_wallet->send(payment))
            qWarning("the node refused a payment: %s", qPrintable(m_node->lastError()));
        return payment;
    }
    void setClockBack(qint64 seconds) { m_node->call("setmocktime", {QDateTime::currentSecsSinceEpoch() - seconds}); }
    /// Waits for the block of that height. Null: it does not come.
    BlockPtr tipAt(int height)
    {
        const auto isThere = [&] { return m_under->store.tipBlock() && m_under->store.tipBlock()->height == Height(height); };
        return QTest::qWaitFor(isThere, patience) ? m_under->store.tipBlock() : nullptr;
    }

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<SourceUnderTest> m_under;
};

TIPWATCH_REGTEST_MAIN(BlockHistoryRegtest)
#include "block_history_regtest.moc"
