// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/address.h"
#include "shared/state/transaction_life.h"
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr Satoshi cheap{500}, dear{5'000}, dearest{50'000};
const QString key = u"cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"_s; // the secret key 1

} // namespace

/// What happens to transactions and addresses, as a real bitcoind lets it happen.
class TransactionLifeRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void replacementsMakeATree();
    void minedTakenBackAndMinedAgain();
    void whatABlockContradictsIsAConflict();
    void trackedFromArrivalToConfirmation();
    void everyKindOfAddressIsWatched_data();
    void everyKindOfAddressIsWatched();

private:
    TestWallet::Payment pay(const std::vector<TestWallet::Coin> &coins, Satoshi fee)
    {
        const auto payment = TestWallet::makePayment(coins, 1, fee);
        if (!m_wallet->send(payment))
            qWarning("the node refused a payment: %s", qPrintable(m_node->lastError()));
        return payment;
    }
    TransactionLife life(const TxId &txid) { return lifeOf(txid, m_under->store); }
    /// What was told of the transaction, as words.
    QStringList told(const TxId &txid) const
    {
        QStringList words;
        for (const auto *changed : m_under->log.of<TrackedChanged>()) {
            for (const TrackedTransaction &tracked : changed->transactions) {
                if (tracked.txid != txid)
                    continue;
                const std::string_view word = statusName(tracked.status);
                words << QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
            }
        }
        return words;
    }
    std::vector<ScriptActivity> activity() const
    {
        std::vector<ScriptActivity> all;
        for (const auto *changed : m_under->log.of<TrackedChanged>())
            all.insert(all.end(), changed->scripts.begin(), changed->scripts.end());
        return all;
    }

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<SourceUnderTest> m_under;
};

void TransactionLifeRegtest::init()
{
    m_node = std::make_unique<RegtestNode>();
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QCOMPARE(m_wallet->mine(130).size(), 130);
    m_wallet->refresh();
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
    QTRY_VERIFY_WITH_TIMEOUT(m_under->isExact(), 60'000);
}

void TransactionLifeRegtest::cleanup()
{
    m_under.reset();
    m_wallet.reset();
    m_node.reset();
}

void TransactionLifeRegtest::replacementsMakeATree()
{
    const auto coinA = *m_wallet->takeCoin(), coinB = *m_wallet->takeCoin();
    const auto first = pay({coinA}, cheap), second = pay({coinB}, cheap);
    QTRY_VERIFY(life(second.txid).entry);
    const auto both = pay({coinA, coinB}, dear); // replaces both
    QTRY_VERIFY(life(both.txid).entry);
    const auto last = pay({coinA}, dearest);
    QTRY_VERIFY(life(last.txid).entry);
    const TransactionLife oldest = life(first.txid);
    QVERIFY(oldest.status == TransactionStatus::Removed);
    QVERIFY(oldest.departed->reason == RemovalReason::Replaced);
    QVERIFY(oldest.departed->by == both.txid);
    QVERIFY(oldest.replacements.txid == last.txid);
    QCOMPARE(oldest.replacements.replaced.size(), std::size_t(1));
    QVERIFY(oldest.replacements.replaced[0].txid == both.txid);
    QCOMPARE(oldest.replacements.replaced[0].replaced.size(), std::size_t(2));
    QVERIFY(life(last.txid).entry->has(TxFlag::Replacement) || life(last.txid).entry->fee == dearest);
}

void TransactionLifeRegtest::minedTakenBackAndMinedAgain()
{
    const auto payment = pay({*m_wallet->takeCoin()}, dear);
    QTRY_VERIFY(life(payment.txid).entry);
    const QString hash = m_wallet->mine(1)[0];
    QTRY_VERIFY(life(payment.txid).status == TransactionStatus::Confirmed);
    QCOMPARE(life(payment.txid).block->height, Height(131));
    QVERIFY(life(payment.txid).departed->reason == RemovalReason::Mined);
    m_node->call("invalidateblock", {hash});
    QTRY_VERIFY(life(payment.txid).entry);
    QVERIFY(life(payment.txid).status == TransactionStatus::Mempool);
    m_node->call("reconsiderblock", {hash});
    QTRY_VERIFY(life(payment.txid).status == TransactionStatus::Confirmed);
}

void TransactionLifeRegtest::whatABlockContradictsIsAConflict()
{
    const auto coin = *m_wallet->takeCoin();
    const auto loser = pay({coin}, cheap);
    const auto child = pay({loser.outputs[0]}, cheap);
    QTRY_VERIFY(life(child.txid).entry);
    const auto winner = TestWallet::makePayment({coin}, 2, dear);
    QVERIFY(m_node->call("generateblock", {TestWallet::descriptor(), QJsonArray{QString::fromStdString(winner.hex)}}));
    QTRY_VERIFY(life(winner.txid).status == TransactionStatus::Confirmed); // though it never waited
    for (const TxId &txid : {loser.txid, child.txid}) {
        QTRY_VERIFY(life(txid).status == TransactionStatus::Removed);
        QVERIFY(life(txid).departed->reason == RemovalReason::Conflict);
    }
}

void TransactionLifeRegtest::trackedFromArrivalToConfirmation()
{
    const auto coin = *m_wallet->takeCoin();
    const auto first = TestWallet::makePayment({coin}, 1, cheap), second = TestWallet::makePayment({coin}, 1, dear);
    const auto one = m_under->store.watches().watch(first.txid), two = m_under->store.watches().watch(second.txid);
    QTRY_COMPARE(told(first.txid), (QStringList{u"unknown"_s}));
    QVERIFY(m_wallet->send(first));
    QTRY_VERIFY(told(first.txid).contains(u"mempool"_s));
    QVERIFY(m_wallet->send(second));
    QTRY_COMPARE(told(first.txid).last(), u"removed"_s);
    QTRY_COMPARE(told(second.txid).last(), u"mempool"_s);
    const QString hash = m_wallet->mine(1)[0];
    QTRY_COMPARE(told(second.txid).last(), u"confirmed"_s);
    m_node->call("invalidateblock", {hash});
    QTRY_COMPARE(told(second.txid).last(), u"mempool"_s);
    QVERIFY(told(second.txid).contains(u"removed"_s)); // for the moment between
    m_wallet->mineEmpty();                             // another block than the one that is invalid now
    m_wallet->mine(7);
    const auto confirmations = [&] {
        const auto &block = m_under->store.snapshot()->tracked->at(second.txid).block;
        return block ? block->confirmations : 0;
    };
    QTRY_COMPARE(confirmations(), std::int64_t(7));
    QCOMPARE(told(second.txid).count(u"confirmed"_s), 1 + 6);
}

void TransactionLifeRegtest::everyKindOfAddressIsWatched_data()
{
    QTest::addColumn<QString>("form");
    QTest::addColumn<bool>("showsKey"); // a spend tells by itself of what
    QTest::newRow("P2PKH") << u"pkh(%1)"_s << true;
    QTest::newRow("P2WPKH") << u"wpkh(%1)"_s << true;
    QTest::newRow("P2WPKH in P2SH") << u"sh(wpkh(%1))"_s << true;
    QTest::newRow("P2PK") << u"pk(%1)"_s << false;
    QTest::newRow("taproot") << u"rawtr(%1)"_s << false;
}

void TransactionLifeRegtest::everyKindOfAddressIsWatched()
{
    QFETCH(QString, form);
    QFETCH(bool, showsKey);
    const auto info = m_node->call("getdescriptorinfo", {form.arg(key)});
    QVERIFY2(info, qPrintable(m_node->lastError()));
    const QString descriptor = (*info)[u"descriptor"].toString();
    const auto generated = m_node->call("generatetodescriptor", {1, descriptor});
    QVERIFY2(generated, qPrintable(m_node->lastError()));
    const QJsonValue block = *m_node->call("getblock", {(*generated)[0], 2});
    const QJsonValue output = block[u"tx"][0][u"vout"][0];
    const auto script = scriptOf(output[u"scriptPubKey"][u"hex"].toString().toStdString(), "regtest");
    QVERIFY(script);

    QTRY_COMPARE(m_under->store.tipBlock()->height, Height(131)); // that block is not seen any more
    const auto wish = m_under->store.watches().watch(*script);
    QTRY_VERIFY(m_under->store.watchesScripts());
    // A payment in a block, of a transaction that never waited
    QVERIFY(m_node->call("generatetodescriptor", {1, descriptor}));
    QTRY_COMPARE(activity().size(), std::size_t(1));
    QVERIFY(activity()[0].status == TransactionStatus::Confirmed);
    QVERIFY(activity()[0].received > Satoshi(0) && !activity()[0].spends);

    // and a spend: of the coin from before the watch began if the input shows what it spends, else of the one we saw.
    QVERIFY(m_node->call("generatetodescriptor", {100, descriptor}));
    QTRY_COMPARE(activity().size(), std::size_t(101));
    const QString spentBlock = showsKey ? (*generated)[0].toString() : m_node->call("getblockhash", {132})->toString();
    const QJsonValue coin = (*m_node->call("getblock", {spentBlock, 2}))[u"tx"][0];
    const QJsonArray inputs{QJsonObject{{u"txid"_s, coin[u"txid"]}, {u"vout"_s, 0}}};
    const QJsonArray outputs{QJsonObject{{u"data"_s, u"00"_s}}};
    const auto raw = m_node->call("createrawtransaction", {inputs, outputs});
    QVERIFY2(raw, qPrintable(m_node->lastError()));
    const QJsonValue spent = coin[u"vout"][0];
    QJsonObject prevout{{u"txid"_s, coin[u"txid"]},
                        {u"vout"_s, 0},
                        {u"scriptPubKey"_s, spent[u"scriptPubKey"][u"hex"]},
                        {u"amount"_s, spent[u"value"]}};
    if (form.startsWith(u"sh("))
        prevout.insert(u"redeemScript"_s, u"0014751e76e8199196d454941c45d1b3a323f1433bd6"_s); // of the key
    const auto isSigned = m_node->call("signrawtransactionwithkey", {*raw, QJsonArray{key}, QJsonArray{prevout}});
    QVERIFY2(isSigned, qPrintable(m_node->lastError()));
    if (!(*isSigned)[u"complete"].toBool())
        QSKIP("this node does not sign such a transaction with a key alone; spends of known coins are tested without a node");
    const auto sent = m_node->call("sendrawtransaction", {(*isSigned)[u"hex"], 0, u"0.00000001"_s});
    QVERIFY2(sent || m_node->call("generateblock", {TestWallet::descriptor(), QJsonArray{(*isSigned)[u"hex"]}}),
             qPrintable(m_node->lastError()));
    QTRY_COMPARE(activity().size(), std::size_t(102));
    QVERIFY(activity().back().spends);
    QCOMPARE(activity().back().spent.has_value(), !showsKey);
}

TIPWATCH_REGTEST_MAIN(TransactionLifeRegtest)
#include "transaction_life_regtest.moc"
