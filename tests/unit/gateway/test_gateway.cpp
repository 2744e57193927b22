// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/gateway_fixture.h"

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

class GatewayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void silentClientGetsHelloSnapshotsAndTheDefaultStream();
};

void GatewayTest::silentClientGetsHelloSnapshotsAndTheDefaultStream()
{
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"mempool.update"_s), 1u);
    QCOMPARE(client.messages.front()[u"type"_s], u"hello"_s);
    const QJsonObject hello = client.lastData(u"hello"_s);
    QCOMPARE(hello[u"network"_s], u"regtest"_s);
    QCOMPARE(hello[u"epoch"_s].toString().size(), 16);
    QCOMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 12);
    QCOMPARE(client.messages.size(), 3u);

    served.mine(13);
    served.see(1);
    served.store.setFees({Feerate(3), {}, {}, {}, Feerate(1)}, 1);
    QTRY_COMPARE(client.count(u"tx.seen"_s), 1u);
    QCOMPARE(client.lastData(u"block.mined"_s)[u"height"_s], 13);
    QCOMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 13);
    QCOMPARE(client.count(u"fees.update"_s), 0u);
}

QTEST_GUILESS_MAIN(GatewayTest)
#include "test_gateway.moc"
