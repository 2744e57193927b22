// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/feed_client.h"
#include "tests/integration/program.h"
#include "tests/support/regtest_node.h"
#include "tests/support/test_wallet.h"

#include <QJsonArray>
#include <QSet>
#include <QtTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

QSet<QString> asSet(const QJsonValue &list)
{
    QSet<QString> names;
    for (const QJsonValue &name : list.toArray())
        names << name.toString();
    return names;
}

QString text(const TxId &txid)
{
    return QString::fromStdString(txid.toHex());
}

} // namespace

/// The real program beside a real node: what the node does is on the stream, and the view equals the node's mempool after every step.
class TestLiveProgram : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingTheNodeDoesIsOnTheStream()
    {
        RegtestNode node;
        QVERIFY2(node.start(), qPrintable(node.lastError()));
        TestWallet wallet(node);
        QCOMPARE(wallet.mine(110).size(), 110);
        wallet.refresh();

        Program program;
        const BitcoinConfig config = node.config();
        QVERIFY(
            program.serve({u"--source"_s, u"bitcoin"_s, u"--network"_s, u"regtest"_s, u"--node"_s,
                           QString::fromStdString(config.node), u"--rpc-cookie"_s, QString::fromStdString(config.cookieFile)}));
        const auto view = [&] { return httpGet(program.url().resolved(QUrl(u"api/v1/mempool/txids"_s))).object(); };
        const auto readiness = [&] { return httpGet(program.url().resolved(QUrl(u"readyz"_s))).status; };
        const auto equalsTheNode = [&] {
            node.sync();
            const auto truth = node.call("getrawmempool", {false, true});
            if (!truth)
                return false;
            const QJsonObject ours = view();
            return ours["exact"_L1].toBool() && ours["mempoolSequence"_L1] == truth->toObject()["mempool_sequence"_L1] &&
                   asSet(ours["txids"_L1]) == asSet(truth->toObject()["txids"_L1]);
        };
        QTRY_COMPARE_WITH_TIMEOUT(readiness(), 200, 15'000);
        QTRY_VERIFY(equalsTheNode());

        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        client.next(u"hello"_s);
        client.forgetAll();

        // A block.
        const QStringList mined = wallet.mine(1);
        QCOMPARE(client.next(u"tip.update"_s)["data"_L1]["hash"_L1].toString(), mined.front());
        const QJsonObject block = client.next(u"block.mined"_s)["data"_L1].toObject();
        QCOMPARE(block["hash"_L1].toString(), mined.front());
        QCOMPARE(block["height"_L1].toInt(), 111);
        QTRY_VERIFY(equalsTheNode());

        // A payment.
        wallet.refresh();
        const auto coin = wallet.takeCoin();
        QVERIFY(coin);
        const auto payment = TestWallet::makePayment({*coin}, 2, Satoshi(1000));
        QVERIFY2(wallet.send(payment), qPrintable(node.lastError()));
        const QJsonObject seen = client.next(u"tx.seen"_s)["data"_L1].toObject();
        QCOMPARE(seen["txid"_L1].toString(), text(payment.txid));
        QCOMPARE(seen["fee"_L1].toInteger(), 1000);
        QCOMPARE(seen["value"_L1].toInteger(), coin->value.value - 1000);
        QTRY_VERIFY(equalsTheNode());

        // Its replacement.
        const auto replacement = TestWallet::makePayment({*coin}, 3, Satoshi(20'000));
        QVERIFY2(wallet.send(replacement), qPrintable(node.lastError()));
        const QJsonObject removed = client.next(u"tx.removed"_s)["data"_L1].toObject();
        QCOMPARE(removed["txid"_L1].toString(), text(payment.txid));
        QCOMPARE(removed["reason"_L1].toString(), u"replaced"_s);
        QCOMPARE(removed["by"_L1].toString(), text(replacement.txid));
        const QJsonObject replacing = client.next(u"tx.seen"_s)["data"_L1].toObject();
        QCOMPARE(replacing["txid"_L1].toString(), text(replacement.txid));
        QCOMPARE(asSet(replacing["replaces"_L1]), QSet<QString>{text(payment.txid)});
        QTRY_VERIFY(equalsTheNode());

        // It is mined, the block is taken back, another one comes: a reorg at the same height.
        const QString first = wallet.mine(1).value(0);
        QCOMPARE(client.next(u"block.mined"_s)["data"_L1]["txCount"_L1].toInt(), 2);
        QTRY_VERIFY(equalsTheNode());
        QVERIFY(node.call("invalidateblock", {first}));
        QCOMPARE(client.next(u"block.disconnected"_s)["data"_L1]["hash"_L1].toString(), first);
        QTRY_VERIFY(equalsTheNode());
        const QString second = wallet.mineEmpty(); // with the same transactions it would be the same block
        QVERIFY(!second.isEmpty());
        const QJsonObject reorg = client.next(u"chain.reorg"_s)["data"_L1].toObject();
        QCOMPARE(reorg["disconnected"_L1].toArray().first()["hash"_L1].toString(), first);
        QCOMPARE(reorg["connected"_L1].toArray().first()["hash"_L1].toString(), second);
        QTRY_VERIFY(equalsTheNode());

        // The node goes away and comes back.
        wallet.mine(1);
        wallet.refresh();
        QVERIFY2(wallet.send(TestWallet::makePayment({*wallet.takeCoin()}, 2, Satoshi(1500))), qPrintable(node.lastError()));
        QTRY_VERIFY(equalsTheNode());
        node.stop();
        QTRY_COMPARE_WITH_TIMEOUT(readiness(), 503, 15'000);
        QVERIFY(httpGet(program.url()).body.contains("Stale"));
        QVERIFY(node.start());
        QTRY_COMPARE_WITH_TIMEOUT(readiness(), 200, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(equalsTheNode(), 15'000);
        QCOMPARE(view()["txids"_L1].toArray().size(), 1);
        client.forgetAll();
        const QString after = wallet.mine(1).value(0);
        QCOMPARE(client.next(u"block.mined"_s)["data"_L1]["hash"_L1].toString(), after);
        QTRY_VERIFY(equalsTheNode());
    }
};

TIPWATCH_REGTEST_MAIN(TestLiveProgram)
#include "test_live_program.moc"
