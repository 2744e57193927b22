// SPDX-License-Identifier: GPL-3.0-or-later
// The projection against a real node: its chunks and its block template are the truth.
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000; // ms; on a machine that has other things to do
constexpr int chunksSince = 310'000;

TxId txidOf(const QJsonValue &value)
{
    return *TxId::fromHex(value.toString().toStdString());
}

Satoshi satoshisOf(const QJsonValue &coins)
{
    return Satoshi(std::llround(coins.toDouble() * 1e8));
}

} // namespace

class ProjectionRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { startWith({}); }
    void cleanup();

    void firstBlockIsTheNodesTemplate_data();
    void firstBlockIsTheNodesTemplate();
    void chunksAreTheNodes();
    void sigopsFillBlocks();
    void laterPrioritisationIsNoticed();

private:
    void startWith(const RegtestNode::Options &options);
    void fill(std::uint32_t seed, int count);
    bool send(const TestWallet::Payment &payment);
    bool isSame();
    int nodeVersion();
    void compareChunks();
    double overlapWithTemplate();

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<SourceUnderTest> m_under;
};

void ProjectionRegtest::startWith(const RegtestNode::Options &options)
{
    m_under.reset();
    m_node = std::make_unique<RegtestNode>(options);
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QVERIFY(m_wallet->mine(300).size() == 300);
    m_wallet->refresh();
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
}

void ProjectionRegtest::cleanup()
{
    m_under.reset();
    m_wallet.reset();
    m_node.reset();
}

int ProjectionRegtest::nodeVersion()
{
    const auto info = m_node->call("getnetworkinfo");
    return info ? (*info)[u"version"].toInt() : 0;
}

/// The outputs are not the wallet's to spend.
bool ProjectionRegtest::send(const TestWallet::Payment &payment)
{
    return m_node->call("sendrawtransaction", {QString::fromStdString(payment.hex), 0}).has_value();
}

/// Lone payments, chains, bundles, children that pay for their parents, replacements; of all sizes, at all feerates.
void ProjectionRegtest::fill(std::uint32_t seed, int count)
{
    std::mt19937 random(seed);
    std::vector<TestWallet::Coin> unconfirmed;
    int sent = 0;
    for (int tries = 0; sent < count && tries < 4 * count; ++tries) {
        std::vector<TestWallet::Coin> inputs;
        const bool isChild = !unconfirmed.empty() && random() % 100 < 55;
        const auto spendUnconfirmed = [&] {
            TestWallet::Coin &coin = unconfirmed[random() % unconfirmed.size()];
            inputs.push_back(coin);
            coin = unconfirmed.back();
            unconfirmed.pop_back();
        };
        if (isChild) {
            spendUnconfirmed();
            if (!unconfirmed.empty() && random() % 5 == 0)
                spendUnconfirmed();
        } else if (const auto coin = m_wallet->takeCoin()) {
            inputs.push_back(*coin);
        } else if (!unconfirmed.empty()) {
            spendUnconfirmed();
        } else {
            break;
        }
        const std::size_t data = random() % 6 == 0 ? 1'000 + random() % 60'000 : 0;
        const auto size = static_cast<double>(200 + data);
        const double feerate = std::exp(std::normal_distribution<>(1.5, 1.2)(random));
        const auto payment = TestWallet::makePayment(inputs, 1 + random() % 3, Satoshi(std::llround(size * feerate) + 1), data);
        if (!send(payment))
            continue; // the cluster is full, say
        ++sent;
        unconfirmed.insert(unconfirmed.end(), payment.outputs.begin(), payment.outputs.end());
        if (random() % 12 == 0) { // replaced by what pays more; the outputs are others then
            for (const auto &output : payment.outputs)
                std::erase_if(unconfirmed,
                              [&](const auto &coin) { return coin.txid == output.txid && coin.index == output.index; });
            const auto better = TestWallet::makePayment(inputs, 2, payment.fee + Satoshi(std::llround(3 * size) + 500), data);
            if (send(better))
                unconfirmed.insert(unconfirmed.end(), better.outputs.begin(), better.outputs.end());
        }
    }
    QVERIFY2(sent >= count / 2, qPrintable(m_node->lastError()));
}

/// The view is the node's, every transaction is described.
bool ProjectionRegtest::isSame()
{
    m_node->sync();
    const auto info = m_node->call("getmempoolinfo");
    return info && m_under->isExact() && m_under->store.undescribed().empty() &&
           m_under->store.mempoolCount() == static_cast<std::size_t>((*info)[u"size"].toInt());
}

/// Of the weight of the node's template and ours, the part that both have.
double ProjectionRegtest::overlapWithTemplate()
{
    const auto made = m_node->call("getblocktemplate", {QJsonObject{{u"rules"_s, QJsonArray{u"segwit"_s}}}});
    if (!made)
        return 0;
    std::map<TxId, double> theirs;
    double weight = 0, common = 0, ours = 0;
    for (const QJsonValue &transaction : (*made)[u"transactions"].toArray()) {
        theirs[txidOf(transaction[u"txid"])] = transaction[u"weight"].toDouble();
        weight += transaction[u"weight"].toDouble();
    }
    const ProjectedTransactions list = m_under->store.projectedTransactions(0);
    for (const ProjectedTransaction &transaction : *list) {
        const auto entry = m_under->store.graph().find(transaction.txid);
        ours += static_cast<double>(entry->weight.value);
        if (const auto same = theirs.find(transaction.txid); same != theirs.end())
            common += same->second;
    }
    return weight == 0 ? ours == 0 : common / std::max(weight, ours);
}

void ProjectionRegtest::compareChunks()
{
    std::vector<QJsonArray> params;
    const std::vector<TxId> txids = m_under->store.mempoolTxids().txids;
    for (const TxId &txid : txids)
        params.push_back({QString::fromStdString(txid.toHex())});
    const std::vector<QJsonValue> entries = m_node->batch("getmempoolentry", params);
    QCOMPARE(entries.size(), txids.size());
    for (std::size_t i = 0; i < txids.size(); ++i) {
        const auto chunk = m_under->store.graph().chunkOf(txids[i]);
        QVERIFY(chunk);
        const Satoshi fee = satoshisOf(entries[i][u"fees"][u"chunk"]);
        const auto weight = static_cast<std::int32_t>(entries[i][u"chunkweight"].toInt());
        QVERIFY2(chunk->modifiedFee == fee.value && chunk->weight == weight,
                 qPrintable(QStringLiteral("%1: %2 sat and %3 WU, the node says %4 and %5")
                                .arg(params[i][0].toString())
                                .arg(chunk->modifiedFee)
                                .arg(chunk->weight)
                                .arg(fee.value)
                                .arg(weight)));
    }
}

void ProjectionRegtest::firstBlockIsTheNodesTemplate_data()
{
    QTest::addColumn<std::uint32_t>("seed");
    QTest::addColumn<int>("count");
    QTest::addColumn<QString>("argument");
    QTest::newRow("less than a block") << 1u << 300 << QString();
    QTest::newRow("many blocks") << 2u << 500 << u"-blockmaxweight=400000"_s;
    QTest::newRow("other blocks") << 3u << 500 << u"-blockmaxweight=300000"_s;
    QTest::newRow("with a least feerate") << 4u << 300 << u"-blockmintxfee=0.00003"_s;
}

void ProjectionRegtest::firstBlockIsTheNodesTemplate()
{
    QFETCH(std::uint32_t, seed);
    QFETCH(int, count);
    QFETCH(QString, argument);
    RegtestNode::Options options;
    if (!argument.isEmpty())
        options.extra = {argument};
    startWith(options);
    if (argument.startsWith(u"-blockmaxweight="_s)) {
        BlockFilling filling = m_under->store.blockFilling();
        filling.maxWeight = argument.section(u'=', 1).toLongLong();
        m_under->store.setBlockFilling(filling);
    }
    fill(seed, count);
    QTRY_VERIFY_WITH_TIMEOUT(isSame(), patience);
    if (argument.startsWith(u"-blockmintxfee="_s) && nodeVersion() >= 300'000)
        QTRY_COMPARE_WITH_TIMEOUT(m_under->store.blockFilling().minFeerate, 3.0, patience);
    const double overlap = overlapWithTemplate();
    if (nodeVersion() < chunksSince)
        QSKIP("this node fills blocks in another way");
    QVERIFY2(overlap >= 0.999, qPrintable(QString::number(overlap)));
    compareChunks();
}

void ProjectionRegtest::chunksAreTheNodes()
{
    if (nodeVersion() < chunksSince)
        QSKIP("this node tells no chunks");
    for (std::uint32_t round = 0; round < 3; ++round) {
        fill(10 + round, 150);
        QTRY_VERIFY_WITH_TIMEOUT(isSame(), patience);
        compareChunks();
        if (m_wallet->mine(1).isEmpty())
            QFAIL("no block");
        m_wallet->refresh();
    }
}

void ProjectionRegtest::sigopsFillBlocks()
{
    // Bare multisig counts as twenty signatures an output, and each of those as 80 weight units. One output has little weight by itself.
    const auto coin = m_wallet->takeCoin();
    TestWallet::Payment payment = TestWallet::makePayment({*coin}, 40, Satoshi(50'000));
    const std::string plain = QByteArray("220020").toStdString();            // length and head of a P2WSH script
    const std::string multisig = "25512102" + std::string(64, '7') + "51ae"; // 1-of-1: OP_1 <key> OP_1 OP_CHECKMULTISIG
    std::size_t changed = 0;
    for (std::size_t at = payment.hex.find(plain); at != std::string::npos; at = payment.hex.find(plain, at + multisig.size())) {
        payment.hex.replace(at, 2 + 68, multisig);
        ++changed;
    }
    QVERIFY(changed >= 40);
    const auto sent = m_node->call("sendrawtransaction", {QString::fromStdString(payment.hex), 0});
    QVERIFY2(sent, qPrintable(m_node->lastError()));
    QTRY_VERIFY_WITH_TIMEOUT(isSame(), patience);
    const TxId txid = txidOf(*sent);
    const auto entry = m_under->store.graph().find(txid);
    QVERIFY(entry && entry->vsize.value > 2 * entry->weight.value / 4);
    QCOMPARE(m_under->store.graph().chunkOf(txid)->weight, 40 * 20 * 4 * 20);
    if (nodeVersion() >= chunksSince)
        compareChunks();
}

void ProjectionRegtest::laterPrioritisationIsNoticed()
{
    if (nodeVersion() < 260'000)
        QSKIP("this node does not tell what was prioritised");
    fill(5, 20);
    QTRY_VERIFY_WITH_TIMEOUT(isSame(), patience);
    const TxId txid = m_under->store.mempoolTxids().txids.front();
    const auto modified = [&] { return m_under->store.graph().find(txid)->modifiedFee - m_under->store.graph().find(txid)->fee; };
    const QString name = QString::fromStdString(txid.toHex());
    QVERIFY(m_node->call("prioritisetransaction", {name, 0, 123'456}));
    QTRY_COMPARE_WITH_TIMEOUT(modified(), Satoshi(123'456), patience);
    if (nodeVersion() >= chunksSince)
        compareChunks();
    QVERIFY(m_node->call("prioritisetransaction", {name, 0, -123'456}));
    QTRY_COMPARE_WITH_TIMEOUT(modified(), Satoshi(), patience);
}

TIPWATCH_REGTEST_MAIN(ProjectionRegtest)
#include "projection_regtest.moc"
