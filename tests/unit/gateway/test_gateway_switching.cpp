// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/gateway_fixture.h"
#include "tests/unit/gateway/http_exchange.h"
#include "tests/unit/gateway/raw_client.h"

#include <QSignalSpy>
#include <QTcpServer>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

/// What a person changes in the window while the gateway serves.
class GatewaySwitchingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anotherPortKeepsTheClients();
    void otherLimitsCountAtOnceOnTheSamePort();
    void whoCameThroughTheOldDoorStillCounts();
    void socketsKeepTheirOwnPort();
    void aPortInUseLeavesEverythingAsItWas();
    void settingsChangedWhileOffCountAtTheNextStart();
    void aRepairedPortServesWithoutAnotherClick();
};

void GatewaySwitchingTest::anotherPortKeepsTheClients()
{
    ServedStore served;
    served.fill(5);
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    const std::uint16_t before = served.port();

    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    GatewaySettings settings = served.gateway->status().settings;
    settings.port = free.serverPort();
    free.close();
    QVERIFY(served.gateway->change(settings));
    QCOMPARE(served.port(), settings.port);
    QCOMPARE(served.gateway->status().settings, settings);
    QCOMPARE(RawClient::connectTo(before).fd(), -1);

    served.mine(6);
    QTRY_COMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 6);
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
    Listener newcomer(served);
    QTRY_COMPARE(newcomer.lastData(u"tip.update"_s)[u"height"_s], 6);
    QTRY_COMPARE(served.gateway->status().clients, 2);
}

void GatewaySwitchingTest::otherLimitsCountAtOnceOnTheSamePort()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const std::uint16_t port = served.port();
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);

    GatewaySettings settings = served.gateway->status().settings;
    settings.maxConnections = 1;
    QVERIFY(served.gateway->change(settings));
    QCOMPARE(served.port(), port);
    Listener refused(served);
    QTRY_COMPARE(refused.socket.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(refused.count(u"hello"_s), 0u);

    settings.maxConnections = 2;
    QVERIFY(served.gateway->change(settings));
    Listener allowed(served);
    QTRY_COMPARE(allowed.count(u"hello"_s), 1u);
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
}

void GatewaySwitchingTest::whoCameThroughTheOldDoorStillCounts()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    GatewaySettings settings = served.gateway->status().settings;
    settings.maxPerAddress = 1;
    QVERIFY(served.gateway->change(settings));
    Listener refused(served);
    QTRY_COMPARE(refused.socket.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(refused.count(u"hello"_s), 0u);
    client.socket.close();
    QTRY_COMPARE(served.gateway->status().clients, 0);
    Listener allowed(served);
    QTRY_COMPARE(allowed.count(u"hello"_s), 1u);
}

void GatewaySwitchingTest::socketsKeepTheirOwnPort()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.websocketPort = 0; // any free one
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const auto socketPort = [&] {
        const QByteArray page = get(served, "/").body;
        const QByteArray place = "data-socket=\"//localhost:";
        const qsizetype at = page.indexOf(place) + place.size();
        return page.mid(at, page.indexOf('/', at) - at).toUShort();
    };
    const std::uint16_t before = socketPort();
    QVERIFY(before != 0 && before != served.port());
    Listener client;
    client.socket.open(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(before)));
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    GatewaySettings settings = served.gateway->status().settings;
    settings.maxConnections = 2;
    QVERIFY(served.gateway->change(settings));
    QCOMPARE(socketPort(), before);
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
}

void GatewaySwitchingTest::aPortInUseLeavesEverythingAsItWas()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const std::uint16_t port = served.port();
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const GatewaySettings before = served.gateway->status().settings;
    GatewaySettings settings = before;
    settings.port = other.serverPort();

    QSignalSpy told(served.gateway.get(), &Gateway::statusChanged);
    const auto changed = served.gateway->change(settings);
    QVERIFY(!changed);
    QVERIFY(changed.error().message.find(std::to_string(other.serverPort())) != std::string::npos);
    QVERIFY(changed.error().message.find("another program uses this port") != std::string::npos);
    const GatewayStatus status = served.gateway->status();
    QCOMPARE(status.error, changed.error().message);
    QVERIFY(status.listening);
    QCOMPARE(status.settings, before);
    QCOMPARE(told.size(), 1);
    QCOMPARE(served.port(), port);
    Listener newcomer(served);
    QTRY_COMPARE(newcomer.count(u"hello"_s), 1u);
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
}

void GatewaySwitchingTest::settingsChangedWhileOffCountAtTheNextStart()
{
    ServedStore served;
    served.fill();
    GatewaySettings settings = served.gateway->status().settings;
    settings.maxConnections = 7;
    QVERIFY(served.gateway->change(settings));
    QVERIFY(!served.gateway->status().listening);
    QVERIFY(served.start());
    QCOMPARE(served.gateway->status().settings.maxConnections, 7);
}

void GatewaySwitchingTest::aRepairedPortServesWithoutAnotherClick()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    GatewayConfig config;
    config.httpPort = other.serverPort();
    ServedStore served;
    Gateway gateway(config, served.bus, served.store, served.clock);
    QVERIFY(!gateway.start());
    GatewaySettings settings = gateway.status().settings;
    settings.port = 0;
    QVERIFY(gateway.change(settings));
    QVERIFY(gateway.status().listening);
    QCOMPARE(gateway.status().error, std::string());
}

QTEST_GUILESS_MAIN(GatewaySwitchingTest)
#include "test_gateway_switching.moc"
