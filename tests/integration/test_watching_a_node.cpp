// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/feed_client.h"
#include "tests/integration/program.h"
#include "tests/support/fake_node.h"

#include <QJsonArray>
#include <QtTest>

#include <csignal>

using namespace tipwatch;
using namespace Qt::StringLiterals;

/// The real program, pointed at a node that does what the test wants.
class TestWatchingANode : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatTheNodeHasIsServedAndFollowed()
    {
        FakeNode node;
        node.chain.add(Satoshi(2'800));
        Program program;
        QVERIFY(program.serve(watching(node)));
        QTRY_COMPARE_WITH_TIMEOUT(get(program, u"/readyz"_s).status, 200, patienceMs);
        QCOMPARE(get(program, u"/api/v1/tip"_s).object().value("hash"_L1).toString(), hex(node.chain.tip().hash));
        QJsonObject status; // being exact is another statement than being ready, and may follow it
        QTRY_VERIFY_WITH_TIMEOUT((status = get(program, u"/api/v1/status"_s).object()).value("exact"_L1).toBool(), patienceMs);
        QCOMPARE(status.value("source"_L1).toString(), u"bitcoin"_s);
        QCOMPARE(status.value("simulated"_L1).toBool(), false);

        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QVERIFY(!client.next(u"hello"_s).isEmpty());
        const TxId txid = node.chain.add(Satoshi(5'600));
        const QJsonObject seen = client.next(u"tx.seen"_s).value("data"_L1).toObject();
        QCOMPARE(seen.value("txid"_L1).toString(), hex(txid));
        QCOMPARE(seen.value("fee"_L1).toInt(), 5'600);

        const BlockHash block = node.chain.mineAll();
        QCOMPARE(client.next(u"block.mined"_s).value("data"_L1).toObject().value("hash"_L1).toString(), hex(block));
        QTRY_COMPARE(get(program, u"/api/v1/tip"_s).object().value("hash"_L1).toString(), hex(block));
        QTRY_COMPARE(get(program, u"/api/v1/mempool/txids"_s).object().value("txids"_L1).toArray().size(), 0);
    }

    void aReorgIsToldAsOne()
    {
        FakeNode node;
        Program program;
        QVERIFY(program.serve(watching(node)));
        QTRY_COMPARE_WITH_TIMEOUT(get(program, u"/readyz"_s).status, 200, patienceMs);
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        QVERIFY(!client.next(u"hello"_s).isEmpty());
        const BlockHash tip = node.chain.reorganise(2, 3);
        QCOMPARE(client.next(u"chain.reorg"_s).value("data"_L1).toObject().value("depth"_L1).toInt(), 2);
        QTRY_COMPARE(get(program, u"/api/v1/tip"_s).object().value("hash"_L1).toString(), hex(tip));
    }

    void aWrongPasswordIsSaidAndOvercome()
    {
        FakeNode node;
        node.setRpcFault(FakeNode::RpcFault::Unauthorized);
        Program program;
        QVERIFY(program.serve(watching(node)));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(program), u"error"_s, patienceMs);
        QCOMPARE(get(program, u"/readyz"_s).status, 503);
        QCOMPARE(get(program, u"/healthz"_s).status, 200);
        QCOMPARE(httpGet(program.url()).status, 200);
        node.setRpcFault(FakeNode::RpcFault::None);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(program), u"live"_s, patienceMs);
    }

    void aNodeThatIsNotThereYetIsWaitedFor()
    {
        FakeNode node;
        const QStringList arguments = watching(node);
        node.stop();
        Program program;
        QVERIFY(program.serve(arguments));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(program), u"connecting"_s, patienceMs);
        QCOMPARE(get(program, u"/readyz"_s).status, 503);
        node.start();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(program), u"live"_s, patienceMs);
        program.sendSignal(SIGTERM);
        QCOMPARE(program.waitForEnd(), 0);
    }

private:
    static constexpr int patienceMs = 30'000; // the pause between two attempts grows to some seconds

    static QStringList watching(const FakeNode &node)
    {
        const BitcoinConfig config = node.config();
        return {u"--source"_s,     u"bitcoin"_s,
                u"--node"_s,       QString::fromStdString(config.node),
                u"--rpc-cookie"_s, QString::fromStdString(config.cookieFile)};
    }
    static HttpReply get(Program &program, const QString &path) { return httpGet(program.url().resolved(QUrl(path))); }
    static QString stateOf(Program &program) { return get(program, u"/api/v1/status"_s).object().value("state"_L1).toString(); }
    static QString hex(const auto &hash) { return QString::fromStdString(hash.toHex()); }
};

QTEST_GUILESS_MAIN(TestWatchingANode)
#include "test_watching_a_node.moc"
