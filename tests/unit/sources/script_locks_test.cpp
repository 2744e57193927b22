// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_decoder.h"
#include "server/sources/bitcoin/detail_decoder.h"
#include "server/sources/bitcoin/script_locks.h"
#include "server/sources/bitcoin/transaction_decoder.h"

#include <QFile>
#include <QTest>

using namespace tipwatch;

namespace {

Script bytesOf(const char *hex)
{
    const QByteArray bytes = QByteArray::fromHex(hex);
    return {bytes.begin(), bytes.end()};
}

QByteArray hexOf(const Script &script)
{
    return QByteArray(reinterpret_cast<const char *>(script.data()), static_cast<qsizetype>(script.size())).toHex();
}

Script sample(const char *name)
{
    QFile file(QStringLiteral(TIPWATCH_SOURCE_DIR "/tests/fuzz/corpus/bitcoin_bytes/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no sample %s", name);
    const QByteArray bytes = file.readAll();
    return {bytes.begin(), bytes.end()};
}

// The public key of the secret key 1, as BIP 173's examples have it.
constexpr const char *publicKey = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
constexpr const char *signature = "30440220";

} // namespace

class ScriptLocksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inputsShowWhatLockedTheOutput_data();
    void inputsShowWhatLockedTheOutput();
    void detailsAreTheSameAsWhatIsReadFaster_data();
    void detailsAreTheSameAsWhatIsReadFaster();
    void aBlockIsReadTransactionByTransaction();
    void onlyWhatConcernsTheWatchedIsKept();
};

void ScriptLocksTest::inputsShowWhatLockedTheOutput_data()
{
    QTest::addColumn<QByteArray>("script"); // hex, likewise below
    QTest::addColumn<QByteArrayList>("witness");
    QTest::addColumn<QByteArray>("lock"); // empty: nothing is shown

    const QByteArray key(publicKey), sig(signature);
    QTest::newRow("P2PKH") << "04" + sig + "21" + key << QByteArrayList()
                           << QByteArray("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac");
    QTest::newRow("P2WPKH") << QByteArray() << QByteArrayList{sig, key}
                            << QByteArray("0014751e76e8199196d454941c45d1b3a323f1433bd6");
    QTest::newRow("P2WPKH in P2SH") << QByteArray("160014751e76e8199196d454941c45d1b3a323f1433bd6") << QByteArrayList{sig, key}
                                    << QByteArray("a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487");
    QTest::newRow("P2WSH") << QByteArray() << QByteArrayList{sig, "21" + key + "ac"}
                           << QByteArray("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262");
    QTest::newRow("taproot, by key") << QByteArray() << QByteArrayList{QByteArray(128, '1')} << QByteArray();
    QTest::newRow("P2PK") << "04" + sig << QByteArrayList() << QByteArray();
    QTest::newRow("nothing") << QByteArray() << QByteArrayList() << QByteArray();
    QTest::newRow("a push that ends early") << QByteArray("4cff00") << QByteArrayList() << QByteArray();
    QTest::newRow("a length that ends early") << QByteArray("4d01") << QByteArrayList() << QByteArray();
}

void ScriptLocksTest::inputsShowWhatLockedTheOutput()
{
    QFETCH(QByteArray, script);
    QFETCH(QByteArrayList, witness);
    QFETCH(QByteArray, lock);
    TransactionInput input;
    input.previous.index = 1;
    input.script = bytesOf(script.constData());
    for (const QByteArray &item : witness)
        input.witness.push_back(bytesOf(item.constData()));
    const std::vector<Script> locks = locksShownBy(input);
    const bool isShown = std::any_of(locks.begin(), locks.end(), [&](const Script &shown) { return hexOf(shown) == lock; });
    QCOMPARE(isShown, !lock.isEmpty());
    input.previous = {TxId(), 0xffffffff}; // a coinbase spends nothing
    QVERIFY(locksShownBy(input).empty());
}

void ScriptLocksTest::detailsAreTheSameAsWhatIsReadFaster_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"tx_190", "tx_191", "tx_222"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void ScriptLocksTest::detailsAreTheSameAsWhatIsReadFaster()
{
    QFETCH(QString, name);
    const Script raw = sample(name.toLatin1().constData());
    const auto detail = decodeDetail(raw);
    const auto fast = decodeTransaction(raw);
    QVERIFY(detail && fast);
    QVERIFY(detail->txid == fast->txid && detail->wtxid == fast->wtxid);
    QVERIFY(detail->weight == fast->weight && detail->size == fast->size && detail->value == fast->value);
    QCOMPARE(detail->flags, fast->flags());
    QCOMPARE(detail->outputs.size(), fast->outputs.size());
    for (std::size_t i = 0; i < detail->inputs.size(); ++i) {
        QVERIFY(detail->inputs[i].previous == (OutPoint{fast->inputs[i].previousTxid, fast->inputs[i].previousIndex}));
        QCOMPARE(detail->inputs[i].sequence, fast->inputs[i].sequence);
        QCOMPARE(!detail->inputs[i].witness.empty(), fast->inputs[i].hasWitness);
    }
    for (std::size_t end = 0; end < raw.size(); ++end)
        QVERIFY(!decodeDetail(std::span(raw).first(end)));
}

void ScriptLocksTest::aBlockIsReadTransactionByTransaction()
{
    const Script raw = sample("block_3579");
    const auto block = decodeBlock(raw);
    QVERIFY(block);
    std::vector<TxId> txids;
    forEachTransaction(raw, [&](const TransactionDetail &detail) { txids.push_back(detail.txid); });
    QVERIFY(txids == block->txids());
    std::size_t whole = 0;
    forEachTransaction(std::span(raw).first(raw.size() - 1), [&](const TransactionDetail &) { ++whole; });
    QCOMPARE(whole, txids.size() - 1);
}

void ScriptLocksTest::onlyWhatConcernsTheWatchedIsKept()
{
    const Script raw = sample("block_3579");
    ScriptWatch watch;
    QVERIFY(concernedBy(raw, watch).empty());
    std::vector<TransactionDetail> all;
    forEachTransaction(raw, [&](const TransactionDetail &detail) { all.push_back(detail); });
    const Script paid = all.back().outputs.front().script;
    watch.begin(paid);
    const auto concerned = concernedBy(raw, watch);
    QVERIFY(std::any_of(concerned.begin(), concerned.end(), [&](const auto &tx) { return tx.txid == all.back().txid; }));
    watch.end(paid);
    watch.begin({0x6a, 0x01, 0x02, 0x03});
    QVERIFY(concernedBy(raw, watch).empty());
}

QTEST_GUILESS_MAIN(ScriptLocksTest)
#include "script_locks_test.moc"
