// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <random>
#include <unordered_set>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

/// How the view differs from a quiescent node; empty if not at all.
QString difference(RegtestNode &node, const SourceUnderTest &under)
{
    node.sync();
    const auto mempool = node.call("getrawmempool", {false, true});
    const auto best = node.call("getbestblockhash");
    if (!mempool || !best)
        return u"the node does not answer: "_s + node.lastError();
    const auto sequence = static_cast<std::uint64_t>((*mempool)[u"mempool_sequence"].toDouble());
    const std::string tip = best->toString().toStdString();
    // Quiescent: the view says it is proven, and stands where the node stands.
    const bool caughtUp = QTest::qWaitFor(
        [&] {
            return under.isExact() && under.store.mempoolTxids().mempoolSequence == sequence && under.store.tipBlock() &&
                   under.store.tipBlock()->hash.toHex() == tip;
        },
        20'000);
    const MempoolTxids ours = under.store.mempoolTxids();
    std::unordered_set<TxId, HashOfHash256> view(ours.txids.begin(), ours.txids.end());
    qsizetype missing = 0;
    const QJsonArray txids = (*mempool)[u"txids"].toArray();
    for (const QJsonValue &txid : txids)
        missing += view.erase(*TxId::fromHex(txid.toString().toStdString())) == 0;
    if (caughtUp && missing == 0 && view.empty())
        return {};
    return QStringLiteral("sequence %1, node %2; count %3, node %4; missing %5, surplus %6; tip %7, node %8; %9 %10")
        .arg(ours.mempoolSequence)
        .arg(sequence)
        .arg(ours.txids.size())
        .arg(txids.size())
        .arg(missing)
        .arg(view.size())
        .arg(QString::fromStdString(under.store.tipBlock() ? under.store.tipBlock()->hash.toHex() : "none"),
             QString::fromStdString(tip), QString::fromStdString(under.status().reason),
             under.isExact() ? u"exact"_s : u"not exact"_s);
}

#define VERIFY_SAME(node, under)                                                                                                 \
    do {                                                                                                                         \
        const QString differs = difference(node, under);                                                                         \
        QVERIFY2(differs.isEmpty(), qPrintable(differs));                                                                        \
    } while (false)

constexpr Satoshi cheap{500}, dear{5'000}, dearest{50'000};

} // namespace

/// The whole Bitcoin source against a real bitcoind.
class BitcoinSourceRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void followsPaymentsAndBlocks();
    void describesTransactions();
    void tellsReplacements();
    void followsChildPaysForParent();
    void followsAReorgOfTheSameHeight();
    void followsADeepReorgWithConflicts();
    void tellsEvictions();
    void noticesWhatTheNodeDrops();
    void survivesARestart();
    void survivesAKill();
    void followsInInitialBlockDownload();
    void loadsWhatWasThereBefore();
    void pollsWithoutZmq();
    void worksWithAPrunedNode();
    void thousandRandomOperations();

private:
    void startWith(const RegtestNode::Options &options);
    TestWallet::Payment pay(Satoshi fee, std::size_t outputs = 1, std::size_t dataSize = 0);

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<SourceUnderTest> m_under;
};

void BitcoinSourceRegtest::init()
{
    startWith({});
}

void BitcoinSourceRegtest::startWith(const RegtestNode::Options &options)
{
    m_under.reset();
    m_node = std::make_unique<RegtestNode>(options);
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QCOMPARE(m_wallet->mine(130).size(), 130);
    m_wallet->refresh();
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
}

void BitcoinSourceRegtest::cleanup()
{
    m_under.reset();
    m_wallet.reset();
    m_node.reset();
}

TestWallet::Payment BitcoinSourceRegtest::pay(Satoshi fee, std::size_t outputs, std::size_t dataSize)
{
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, outputs, fee, dataSize);
    if (!m_wallet->send(payment))
        qWarning("the node refused a payment: %s", qPrintable(m_node->lastError()));
    return payment;
}

void BitcoinSourceRegtest::followsPaymentsAndBlocks()
{
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.tipBlock()->height, Height(130));
    for (int i = 0; i < 5; ++i)
        pay(cheap);
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(5));
    m_wallet->mine(1);
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(0));
    const BlockSummary block = *m_under->store.tipBlock();
    QCOMPARE(block.height, Height(131));
    QCOMPARE(block.txCount, 6);
    QCOMPARE(block.totalFees, std::optional(Satoshi(5 * cheap.value)));
    QVERIFY(block.feerateRange);
    QCOMPARE(m_under->status().resyncs, 0);
}

void BitcoinSourceRegtest::describesTransactions()
{
    VERIFY_SAME(*m_node, *m_under);
    const auto payment = pay(dear, 2, 30);
    QTRY_COMPARE(m_under->log.of<TransactionsSeen>().size(), std::size_t(1));
    const MempoolEntry seen = m_under->log.of<TransactionsSeen>().front()->entries.at(0);
    QVERIFY(seen.txid == payment.txid);
    QCOMPARE(seen.fee, dear);
    QCOMPARE(seen.inputs, 1);
    QCOMPARE(seen.outputs, 3);
    QVERIFY(seen.has(TxFlag::SignalsRbf) && seen.has(TxFlag::Segwit) && seen.has(TxFlag::DataCarrier));
    QVERIFY(!seen.has(TxFlag::Taproot) && !seen.has(TxFlag::Replacement) && !seen.has(TxFlag::SpendsMempool));
}

void BitcoinSourceRegtest::tellsReplacements()
{
    VERIFY_SAME(*m_node, *m_under);
    const auto original = pay(cheap);
    VERIFY_SAME(*m_node, *m_under);
    const auto replacement = TestWallet::makePayment(original.inputs, 2, dear);
    QVERIFY(m_wallet->send(replacement));
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(1));
    const auto removed = m_under->log.of<TransactionsRemoved>();
    QCOMPARE(removed.size(), std::size_t(1));
    QCOMPARE(removed[0]->reason, RemovalReason::Replaced);
    QVERIFY(removed[0]->by == replacement.txid);
    QTRY_VERIFY(m_under->store.graph().contains(replacement.txid));
    QVERIFY(m_under->store.graph().find(replacement.txid)->has(TxFlag::Replacement));
}

void BitcoinSourceRegtest::followsChildPaysForParent()
{
    VERIFY_SAME(*m_node, *m_under);
    const auto parent = pay(cheap);
    const auto child = TestWallet::makePayment(parent.outputs, 1, dear);
    QVERIFY(m_wallet->send(child));
    VERIFY_SAME(*m_node, *m_under);
    QTRY_VERIFY(m_under->store.graph().contains(child.txid));
    QCOMPARE(m_under->store.graph().ancestors(child.txid), std::vector<TxId>{parent.txid});
    QVERIFY(m_under->store.graph().find(child.txid)->has(TxFlag::SpendsMempool));
}

void BitcoinSourceRegtest::followsAReorgOfTheSameHeight()
{
    pay(cheap);
    const QString stale = m_wallet->mine(1).value(0);
    VERIFY_SAME(*m_node, *m_under);
    m_node->call("invalidateblock", {stale});
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(1));
    const QString winner = m_wallet->mineEmpty();
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.tipBlock()->height, Height(131));
    const auto reorgs = m_under->log.of<ChainReorganised>();
    QCOMPARE(reorgs.size(), std::size_t(1));
    QCOMPARE(reorgs[0]->disconnected[0]->hash.toHex(), stale.toStdString());
    QCOMPARE(reorgs[0]->connected[0]->hash.toHex(), winner.toStdString());
    QCOMPARE(m_under->status().resyncs, 0);
}

void BitcoinSourceRegtest::followsADeepReorgWithConflicts()
{
    VERIFY_SAME(*m_node, *m_under);
    std::vector<TestWallet::Payment> payments;
    QString first;
    for (int i = 0; i < 6; ++i) {
        payments.push_back(pay(cheap));
        const QString hash = m_wallet->mine(1).value(0);
        first = first.isEmpty() ? hash : first;
    }
    pay(cheap);
    VERIFY_SAME(*m_node, *m_under);
    m_node->call("invalidateblock", {first});
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(7));
    QVERIFY(m_wallet->send(TestWallet::makePayment(payments[1].inputs, 1, dearest))); // takes the place of one that was confirmed
    m_wallet->mine(3);
    VERIFY_SAME(*m_node, *m_under);
    m_node->call("reconsiderblock", {first}); // the longer branch wins again: three off, six on, in one go
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.tipBlock()->height, Height(136));
    QCOMPARE(m_under->status().resyncs, 0);
    for (const BlockPtr &block : m_under->store.snapshot()->blocks)
        QVERIFY(block->height.value > 0 && block->size > 0);
}

void BitcoinSourceRegtest::tellsEvictions()
{
    startWith({true, {u"-maxmempool=5"_s}});
    pay(dearest, 150);
    m_wallet->mine(1);
    VERIFY_SAME(*m_node, *m_under);
    // A hundred and twenty of sixty kilobytes each into five megabytes, each paying better than the one before.
    int refused = 0;
    for (int i = 0; i < 120; ++i)
        refused += !m_wallet->send(TestWallet::makePayment({*m_wallet->takeCoin()}, 1, Satoshi(60'000 + 1'000 * i), 60'000));
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(refused, 0);
    QVERIFY(m_under->store.mempoolCount() < 120);
    QCOMPARE(m_under->status().resyncs, 0);
    for (const TransactionsRemoved *removed : m_under->log.of<TransactionsRemoved>())
        QVERIFY(removed->reason == RemovalReason::Mined || removed->reason == RemovalReason::Unknown);

    // One that the full mempool takes in and throws out at once is an R without an A.
    QVERIFY(!m_wallet->send(TestWallet::makePayment({*m_wallet->takeCoin()}, 1, Satoshi(75'000), 60'000)));
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->status().resyncs, 0);
}

void BitcoinSourceRegtest::noticesWhatTheNodeDrops()
{
    startWith({true, {u"-zmqpubsequencehwm=1"_s}}); // Core drops what does not fit into its queue
    pay(dearest, 200);
    m_wallet->mine(1);
    m_wallet->refresh();
    VERIFY_SAME(*m_node, *m_under);
    for (int round = 0; round < 5; ++round) {
        std::vector<TestWallet::Payment> payments;
        for (int i = 0; i < 40; ++i)
            payments.push_back(TestWallet::makePayment({*m_wallet->takeCoin()}, 1, dear));
        QCOMPARE(m_wallet->sendAll(payments), 40);
        if (round == 2)
            m_wallet->mine(2);
        VERIFY_SAME(*m_node, *m_under);
    }
    QVERIFY(m_under->status().resyncs > 0);
    qInfo("resyncs: %lld", static_cast<long long>(m_under->status().resyncs));
}

void BitcoinSourceRegtest::survivesARestart()
{
    VERIFY_SAME(*m_node, *m_under);
    for (int i = 0; i < 3; ++i)
        pay(cheap);
    VERIFY_SAME(*m_node, *m_under);
    m_node->stop();
    QTRY_COMPARE(m_under->state(), SourceState::Stale);
    QVERIFY(!m_under->status().exact);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(3)); // the last picture stays
    QVERIFY(m_node->start());
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.mempoolCount(), std::size_t(3));
    pay(cheap);
    VERIFY_SAME(*m_node, *m_under);
}

void BitcoinSourceRegtest::survivesAKill()
{
    VERIFY_SAME(*m_node, *m_under);
    pay(cheap);
    m_wallet->mine(2);
    VERIFY_SAME(*m_node, *m_under);
    m_node->kill(); // nothing was flushed: the chain may be shorter afterwards, without any D
    QVERIFY(m_node->start());
    VERIFY_SAME(*m_node, *m_under);
    m_wallet->mine(1);
    VERIFY_SAME(*m_node, *m_under);
}

void BitcoinSourceRegtest::followsInInitialBlockDownload()
{
    VERIFY_SAME(*m_node, *m_under);
    m_node->stop();
    const qint64 later = QDateTime::currentSecsSinceEpoch() + 3 * 24 * 3600;
    startWith({true, {}});
    m_node->stop();
    m_under.reset();
    // Started with a clock that is days ahead, the node takes its own tip for old: no rawblock, but C.
    m_node->setExtra({u"-mocktime="_s + QString::number(later)});
    QVERIFY(m_node->start());
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
    VERIFY_SAME(*m_node, *m_under);
    QVERIFY(m_under->store.snapshot()->tip.initialBlockDownload);
    m_node->call("setmocktime", {QDateTime::currentSecsSinceEpoch()});
    pay(cheap);
    m_wallet->mine(2);
    VERIFY_SAME(*m_node, *m_under);
    QCOMPARE(m_under->store.tipBlock()->height, Height(132));
    QCOMPARE(m_under->status().resyncs, 0);
}

void BitcoinSourceRegtest::loadsWhatWasThereBefore()
{
    m_under.reset();
    const auto parent = pay(cheap);
    m_wallet->mine(1);
    const auto waiting = pay(dear);
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
    VERIFY_SAME(*m_node, *m_under);
    QTRY_VERIFY(m_under->store.blocks().size() >= 12);
    const auto &blocks = m_under->store.blocks();
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i)
        QVERIFY(blocks[i]->previousHash == blocks[i + 1]->hash);
    QCOMPARE(blocks[0]->totalFees, std::optional(cheap));
    QVERIFY(blocks[0]->feerateRange);
    QCOMPARE(blocks[0]->receivedAt, 0);
    QTRY_VERIFY(m_under->store.graph().contains(waiting.txid));
    QCOMPARE(m_under->store.graph().find(waiting.txid)->fee, dear);
    QCOMPARE(m_under->log.of<TransactionsSeen>().size(), std::size_t(0)); // it was there before
    const auto info = m_node->call("getblockheader", {QString::fromStdString(blocks[0]->hash.toHex())});
    QCOMPARE(QString::fromStdString(blocks[0]->chainwork), (*info)[u"chainwork"].toString());
    m_wallet->mine(1);
    VERIFY_SAME(*m_node, *m_under);
    const auto next = m_node->call("getblockheader", {QString::fromStdString(blocks[0]->hash.toHex())});
    QCOMPARE(QString::fromStdString(blocks[0]->chainwork), (*next)[u"chainwork"].toString());
    QCOMPARE(blocks[0]->medianTime, (*next)[u"mediantime"].toInteger());
}

void BitcoinSourceRegtest::pollsWithoutZmq()
{
    startWith({false, {}});
    QTRY_COMPARE(m_under->state(), SourceState::Live);
    QCOMPARE(m_under->status().feed, Feed::Poll);
    QVERIFY(!m_under->status().exact);
    QVERIFY(m_under->reasonHas("zmqpubsequence"));
    const auto payment = pay(cheap);
    QTRY_VERIFY(m_under->store.graph().contains(payment.txid));
    QCOMPARE(m_under->log.of<TransactionsSeen>().size(), std::size_t(1));
    const QString stale = m_wallet->mine(1).value(0);
    QTRY_COMPARE(QString::fromStdString(m_under->store.tipBlock()->hash.toHex()), stale);
    QTRY_COMPARE(m_under->store.mempoolCount(), std::size_t(0));
    m_node->call("invalidateblock", {stale});
    const QString winner = m_wallet->mineEmpty();
    QTRY_COMPARE(QString::fromStdString(m_under->store.tipBlock()->hash.toHex()), winner);
    QTRY_COMPARE(m_under->store.mempoolCount(), std::size_t(1));
    QTRY_COMPARE(m_under->log.of<ChainReorganised>().size(), std::size_t(1));
}

void BitcoinSourceRegtest::worksWithAPrunedNode()
{
    startWith({true, {u"-prune=1"_s, u"-fastprune"_s}});
    m_wallet->mine(400);
    QVERIFY(m_node->call("pruneblockchain", {520}));
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
    VERIFY_SAME(*m_node, *m_under);
    QVERIFY(m_under->status().pruned);
    QTRY_VERIFY(m_under->store.blocks().size() >= 12);
    QVERIFY(m_under->store.blocks().back()->height < Height(520)); // of these only the headers are left
}

void BitcoinSourceRegtest::thousandRandomOperations()
{
    const int operations =
        qEnvironmentVariableIntValue("TIPWATCH_OPERATIONS") > 0 ? qEnvironmentVariableIntValue("TIPWATCH_OPERATIONS") : 1000;
    const auto seed =
        qEnvironmentVariableIsSet("TIPWATCH_SEED") ? static_cast<unsigned>(qEnvironmentVariableIntValue("TIPWATCH_SEED")) : 1u;
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::map<QString, int> done;
    std::deque<TestWallet::Payment> recent; // to be replaced or spent further
    QStringList invalidated;
    int points = 0, differences = 0;
    VERIFY_SAME(*m_node, *m_under);

    const auto remember = [&](const TestWallet::Payment &payment) {
        recent.push_back(payment);
        if (recent.size() > 40)
            recent.pop_front();
    };
    const auto fee = [&] { return Satoshi(static_cast<std::int64_t>(200 + below(20'000))); };
    const auto payOnce = [&] {
        if (m_wallet->coinCount() < 5)
            m_wallet->refresh();
        const auto coin = m_wallet->takeCoin();
        if (!coin || coin->value.value < 100'000)
            return;
        const auto payment = TestWallet::makePayment({*coin}, 1 + below(3), fee());
        if (m_wallet->send(payment))
            remember(payment);
    };
    for (int i = 0; i < operations; ++i) {
        const std::size_t dice = below(1000);
        QString what;
        if (dice < 420) {
            what = u"send"_s;
            payOnce();
        } else if (dice < 540 && !recent.empty()) {
            what = u"replace"_s;
            const auto &original = recent[below(recent.size())];
            const auto replacement =
                TestWallet::makePayment(original.inputs, 1 + below(2), Satoshi(original.fee.value * 2 + 1'000));
            if (m_wallet->send(replacement))
                remember(replacement);
        } else if (dice < 640 && !recent.empty()) {
            what = u"child"_s;
            const auto child = TestWallet::makePayment({recent[below(recent.size())].outputs[0]}, 1, fee());
            if (m_wallet->send(child))
                remember(child);
        } else if (dice < 700) {
            what = u"burst"_s;
            std::vector<TestWallet::Payment> payments;
            for (std::size_t n = 10 + below(30); n > 0; --n) {
                if (const auto coin = m_wallet->takeCoin(); coin && coin->value.value > 100'000)
                    payments.push_back(TestWallet::makePayment({*coin}, 1, fee()));
            }
            m_wallet->sendAll(payments);
        } else if (dice < 830) {
            what = u"block"_s;
            m_wallet->mine(1);
        } else if (dice < 860) {
            what = u"empty block"_s;
            m_wallet->mineEmpty();
        } else if (dice < 880) {
            what = u"blocks"_s;
            m_wallet->mine(static_cast<int>(2 + below(4)));
        } else if (dice < 940) {
            what = u"reorg"_s;
            const int height = m_node->call("getblockcount")->toInt();
            const auto hash = m_node->call("getblockhash", {height - static_cast<int>(below(4))});
            m_node->call("invalidateblock", {*hash});
            invalidated << hash->toString();
            if (below(2) == 0)
                payOnce();
            if (below(4) != 0)
                m_wallet->mine(static_cast<int>(1 + below(4)));
            m_wallet->refresh();
        } else if (dice < 965 && !invalidated.isEmpty()) {
            what = u"reconsider"_s;
            m_node->call("reconsiderblock",
                         {invalidated.takeAt(static_cast<qsizetype>(below(static_cast<std::size_t>(invalidated.size()))))});
            m_wallet->refresh();
        } else if (dice < 985 && !recent.empty()) {
            what = u"prioritise"_s;
            const QString txid = QString::fromStdString(recent[below(recent.size())].txid.toHex());
            m_node->call("prioritisetransaction", {txid, QJsonValue::Null, static_cast<int>(below(20'000)) - 10'000});
        } else if (dice < 993) {
            what = u"restart"_s;
            m_node->stop();
            QVERIFY(m_node->start());
            m_wallet->refresh();
        } else if (dice < 997) {
            what = u"kill"_s;
            m_node->kill();
            QVERIFY(m_node->start());
            m_wallet->refresh();
        } else {
            what = u"nothing"_s;
        }
        ++done[what];
        if (below(3) == 0)
            continue; // the next one at once
        ++points;
        const QString differs = difference(*m_node, *m_under);
        if (!differs.isEmpty()) {
            ++differences;
            qWarning("operation %d, %s: %s", i, qPrintable(what), qPrintable(differs));
        }
    }
    QString counts;
    for (const auto &[what, number] : done)
        counts += QStringLiteral(" %1=%2").arg(what).arg(number);
    std::size_t seen = 0, removed = 0, mined = 0;
    for (const TransactionsSeen *event : m_under->log.of<TransactionsSeen>())
        seen += event->entries.size();
    for (const TransactionsRemoved *event : m_under->log.of<TransactionsRemoved>())
        (event->reason == RemovalReason::Mined ? mined : removed) += event->txids.size();
    qInfo("random operations: %d, seed %u:%s", operations, seed, qPrintable(counts));
    qInfo("the view saw %zu transactions come, %zu mined, %zu removed, %zu blocks connected, %zu disconnected, %zu reorgs", seen,
          mined, removed, m_under->log.of<BlockConnected>().size(), m_under->log.of<BlockDisconnected>().size(),
          m_under->log.of<ChainReorganised>().size());
    VERIFY_SAME(*m_node, *m_under);
    qInfo("differences at %d quiescent points: %d; resyncs %lld; mempool %zu, height %d", points + 1, differences,
          static_cast<long long>(m_under->status().resyncs), m_under->store.mempoolCount(),
          m_under->store.tipBlock()->height.value);
    QCOMPARE(differences, 0);
}

TIPWATCH_REGTEST_MAIN(BitcoinSourceRegtest)
#include "bitcoin_source_regtest.moc"
