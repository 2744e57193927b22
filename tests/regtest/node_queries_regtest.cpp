// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/bitcoin_queries.h"
#include "tests/support/regtest_node.h"
#include "tests/support/test_wallet.h"

#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

using Kind = QueryError::Kind;

template <class T> using Answer = std::optional<QueryAnswer<T>>;

template <class T> NodeQueries::Done<T> into(Answer<T> &answer)
{
    return [&answer](const QueryAnswer<T> &given) { answer = given; };
}

constexpr Satoshi fee{1'000};

} // namespace

/// What a real bitcoind answers when readers ask.
class NodeQueriesRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup();

    void aWaitingTransactionIsTold();
    void whatAChildSpendsIsTold();
    void aConfirmedOneWantsAnIndexOrItsBlock();
    void withAnIndexEverythingIsFound();
    void blocksByHeightAndHash();
    void prunedBlocksAreSaidToBePruned();
    void aScanFindsWhatIsUnspent();
    void aScanCanBeCancelled();
    void aNodeThatIsGoneIsSaidToBeGone();

private:
    void startWith(const QStringList &extra);
    QueryAnswer<TransactionDetailPtr> transaction(const TxId &txid, const std::optional<BlockHash> &block = {});
    QueryAnswer<BlockDetailPtr> block(const BlockName &name);

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<BitcoinQueries> m_queries;
};

void NodeQueriesRegtest::startWith(const QStringList &extra)
{
    RegtestNode::Options options;
    options.extra = extra;
    m_node = std::make_unique<RegtestNode>(options);
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QCOMPARE(m_wallet->mine(120).size(), 120);
    m_wallet->refresh();
    m_queries = std::make_unique<BitcoinQueries>();
    m_queries->setHalvingInterval(150);
    m_queries->setNode(*locateNode(m_node->config()));
}

void NodeQueriesRegtest::cleanup()
{
    m_queries.reset();
    m_wallet.reset();
    m_node.reset();
}

QueryAnswer<TransactionDetailPtr> NodeQueriesRegtest::transaction(const TxId &txid, const std::optional<BlockHash> &block)
{
    Answer<TransactionDetailPtr> answer;
    m_queries->transaction(txid, block, into(answer));
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
        return tl::unexpected(QueryError{Kind::Failed, "no answer at all"});
    return *answer;
}

QueryAnswer<BlockDetailPtr> NodeQueriesRegtest::block(const BlockName &name)
{
    Answer<BlockDetailPtr> answer;
    m_queries->block(name, into(answer));
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
        return tl::unexpected(QueryError{Kind::Failed, "no answer at all"});
    return *answer;
}

void NodeQueriesRegtest::aWaitingTransactionIsTold()
{
    startWith({});
    const TestWallet::Coin coin = *m_wallet->takeCoin();
    const auto payment = TestWallet::makePayment({coin}, 2, fee);
    QVERIFY(m_wallet->send(payment));
    const auto answer = transaction(payment.txid);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    const TransactionDetail &detail = **answer;
    QVERIFY(detail.txid == payment.txid);
    QVERIFY(!detail.block);
    QCOMPARE(detail.outputs.size(), std::size_t(2));
    QCOMPARE(detail.inputs.size(), std::size_t(1));
    QCOMPARE(detail.inputs[0].witness.size(), std::size_t(1));
    QVERIFY(detail.inputs[0].previous == (OutPoint{coin.txid, coin.index}));
    QVERIFY(detail.inputs[0].prevout);
    QVERIFY(detail.inputs[0].prevout->value == coin.value);
    QVERIFY(detail.fee == fee);
}

void NodeQueriesRegtest::whatAChildSpendsIsTold()
{
    startWith({});
    const auto parent = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, fee);
    QVERIFY(m_wallet->send(parent));
    const auto child = TestWallet::makePayment({parent.outputs[0], *m_wallet->takeCoin()}, 1, fee);
    QVERIFY(m_wallet->send(child));
    const auto answer = transaction(child.txid);
    QVERIFY(answer);
    QVERIFY((*answer)->inputs[0].prevout && (*answer)->inputs[1].prevout);
    QVERIFY((*answer)->inputs[0].prevout->value == parent.outputs[0].value);
    QVERIFY((*answer)->fee == fee);
}

void NodeQueriesRegtest::aConfirmedOneWantsAnIndexOrItsBlock()
{
    startWith({});
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, fee);
    QVERIFY(m_wallet->send(payment));
    const QStringList mined = m_wallet->mine(2);
    const auto blind = transaction(payment.txid);
    QVERIFY(!blind && blind.error().kind == Kind::NeedsIndex);
    const auto hash = BlockHash::fromHex(mined[0].toStdString());
    const auto found = transaction(payment.txid, hash);
    QVERIFY(found);
    QVERIFY((*found)->block && (*found)->block->hash == *hash);
    QCOMPARE((*found)->block->height, Height(121));
    QCOMPARE((*found)->block->confirmations, std::int64_t(2));
    const auto wrong = transaction(payment.txid, BlockHash::fromHex(mined[1].toStdString()));
    QVERIFY(!wrong && wrong.error().kind == Kind::NotFound);
}

void NodeQueriesRegtest::withAnIndexEverythingIsFound()
{
    startWith({u"-txindex=1"_s});
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, fee);
    QVERIFY(m_wallet->send(payment));
    m_wallet->mine(1);
    QueryAnswer<TransactionDetailPtr> found = transaction(payment.txid);
    for (int tries = 0; !found && found.error().kind == Kind::Busy && tries < 100; ++tries) // the index is a moment behind
        found = transaction(payment.txid);
    QVERIFY2(found, found ? "" : found.error().message.c_str());
    QCOMPARE((*found)->block->height, Height(121));
    const auto unknown = transaction(TxId());
    QVERIFY(!unknown && unknown.error().kind == Kind::NotFound);
}

void NodeQueriesRegtest::blocksByHeightAndHash()
{
    startWith({});
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, fee);
    QVERIFY(m_wallet->send(payment));
    const auto hash = BlockHash::fromHex(m_wallet->mine(1)[0].toStdString());
    const auto byHeight = block(Height(121));
    QVERIFY2(byHeight, byHeight ? "" : byHeight.error().message.c_str());
    QVERIFY((*byHeight)->summary.hash == *hash);
    QCOMPARE((*byHeight)->confirmations, std::int64_t(1));
    QCOMPARE((*byHeight)->transactions.size(), std::size_t(2));
    QVERIFY((*byHeight)->transactions[1].txid == payment.txid);
    QVERIFY((*byHeight)->summary.totalFees == fee);
    const auto byHash = block(*hash);
    QVERIFY(byHash && (*byHash)->summary == (*byHeight)->summary);

    m_node->call("invalidateblock", {QString::fromStdString(hash->toHex())});
    const auto stale = block(*hash);
    QVERIFY(stale && (*stale)->confirmations < 1);
    const auto beyond = block(Height(121));
    QVERIFY(!beyond && beyond.error().kind == Kind::NotFound);
    const auto unknown = block(BlockHash());
    QVERIFY(!unknown && unknown.error().kind == Kind::NotFound);
}

void NodeQueriesRegtest::prunedBlocksAreSaidToBePruned()
{
    startWith({u"-prune=1"_s, u"-fastprune"_s});
    const auto early = BlockHash::fromHex(m_node->call("getblockhash", {5})->toString().toStdString());
    const auto coinbase = block(*early);
    QVERIFY(coinbase);
    const TxId txid = (*coinbase)->transactions[0].txid;
    m_wallet->mine(500);
    QVERIFY(m_node->call("pruneblockchain", {300}));
    const auto gone = block(*early);
    QVERIFY(gone); // its header is left
    QVERIFY((*gone)->transactions.empty());
    QCOMPARE((*gone)->summary.height, Height(5));
    const auto transactionGone = transaction(txid, early);
    QVERIFY(!transactionGone);
    QVERIFY2(transactionGone.error().kind == Kind::Pruned, transactionGone.error().message.c_str());
}

void NodeQueriesRegtest::aScanFindsWhatIsUnspent()
{
    startWith({});
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 3, fee);
    QVERIFY(m_wallet->send(payment));
    m_wallet->mine(1);
    const auto detail = transaction(payment.txid, BlockHash::fromHex(m_node->call("getbestblockhash")->toString().toStdString()));
    QVERIFY(detail);
    Answer<ScanResultPtr> result;
    m_queries->scan((*detail)->outputs[0].script, nullptr, into(result));
    QTRY_VERIFY_WITH_TIMEOUT(result.has_value(), 30'000);
    QVERIFY2(*result, *result ? "" : result->error().message.c_str());
    const ScanResult &found = ***result;
    QCOMPARE(found.height, Height(121));
    Satoshi sum;
    for (const UnspentOutput &unspent : found.unspent)
        sum += unspent.value;
    QVERIFY(found.total == sum);
    // All coins of the wallet pay to this one script: 121 coinbases, of which one was spent, and three new outputs.
    QCOMPARE(found.unspent.size(), std::size_t(123));
    QVERIFY(found.searched >= 123);

    Answer<ScanResultPtr> nothing;
    m_queries->scan({0x51}, nullptr, into(nothing));
    QTRY_VERIFY_WITH_TIMEOUT(nothing.has_value(), 30'000);
    QVERIFY(*nothing && (**nothing)->unspent.empty());
}

/// A regtest node scans in no time, so what is to be seen is that the answer comes and says what happened, and that there can be another scan.
void NodeQueriesRegtest::aScanCanBeCancelled()
{
    startWith({});
    Answer<ScanResultPtr> cancelled, second;
    m_queries->scan({0x51}, nullptr, into(cancelled));
    m_queries->scan({0x52}, nullptr, into(second));
    m_queries->cancelScan();
    QTRY_VERIFY_WITH_TIMEOUT(cancelled.has_value() && second.has_value(), 30'000);
    QVERIFY(!*cancelled && cancelled->error().kind == Kind::Cancelled);
    QVERIFY(!*second && second->error().kind == Kind::Busy);
    second.reset();
    m_queries->scan({0x52}, nullptr, into(second));
    QTRY_VERIFY_WITH_TIMEOUT(second.has_value(), 30'000);
    QVERIFY(second->has_value());
}

void NodeQueriesRegtest::aNodeThatIsGoneIsSaidToBeGone()
{
    startWith({});
    m_node->stop();
    const auto answer = transaction(TxId());
    QVERIFY(!answer && answer.error().kind == Kind::NodeGone);
    m_queries->setNode(std::nullopt);
    const auto unknown = block(Height(1));
    QVERIFY(!unknown && unknown.error().kind == Kind::NodeGone);
}

TIPWATCH_REGTEST_MAIN(NodeQueriesRegtest)
#include "node_queries_regtest.moc"
