// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/http_exchange.h"

#include <QElapsedTimer>
#include <QLoggingCategory>

#include <set>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace std::string_literals;

/// Each limit of requests and of clients per address: hit, and released again.
class HttpLimitsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void dribbledHeadIsEndedByItsRate();
    void headThatComesSlowlyButSteadilyIsAnswered();
    void idleKeepAliveIsEnded();
    void answerThatNobodyTakesIsGivenUp();
    void headSizeIsTheConfiguredOne();
    void thousandDribblingConnectionsHoldNobodyUp();
    void rushOfGoodRequestsIsServedWhole();
    void connectionsOfOneAddressAtATime();
    void newConnectionsOfOneAddressAMinute();
    void pollThatGoesOnIsNoNewConnection();
    void forwardedAddressIsCountedByItself();
};

namespace {

GatewayConfig patient()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.http.headTimeout = 60s;
    config.http.idleTimeout = 60s;
    return config;
}

std::string statusLineOf(const ServedStore &served, const std::string &fields = {})
{
    return besides([&] { return RawClient::connectTo(served.port()).upgrade("/ws", fields); });
}

} // namespace

void HttpLimitsTest::dribbledHeadIsEndedByItsRate()
{
    ServedStore served(patient()); // no deadline is near, but the rate
    QVERIFY(served.start());
    const Answer answer = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.setPatience(200);
        std::string got;
        client.send("GET / HTTP/1.1\r\nX: ");
        for (int i = 0; i < 100 && got.empty(); ++i) {
            client.send("x");
            got = client.readAll();
        }
        return parse(got);
    });
    QCOMPARE(answer.status, 408);
    QCOMPARE(answer.errorCode(), u"too_slow"_s);
}

void HttpLimitsTest::headThatComesSlowlyButSteadilyIsAnswered()
{
    GatewayConfig config = patient();
    config.http.minReceiveRate = 1;
    ServedStore served(config);
    QVERIFY(served.start());
    const Answer answer = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        const std::string head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        for (std::size_t i = 0; i < head.size(); i += 2) {
            client.send(head.substr(i, 2));
            std::this_thread::sleep_for(90ms); // three seconds in all: the rate is looked at after two
        }
        return parse(client.readAll());
    });
    QCOMPARE(answer.status, 200);
}

void HttpLimitsTest::idleKeepAliveIsEnded()
{
    GatewayConfig config = patient();
    config.http.idleTimeout = 300ms;
    ServedStore served(config);
    QVERIFY(served.start());
    const auto [first, rest] = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string answer = client.readUntil("}");
        client.setPatience(20'000);
        return std::pair(answer, client.readFrame().opcode);
    });
    QCOMPARE(parse(first).status, 200);
    QVERIFY(rest == RawClient::closed || rest == RawClient::reset);
}

void HttpLimitsTest::answerThatNobodyTakesIsGivenUp()
{
    GatewayConfig config = patient();
    config.http.writeTimeout = 500ms;
    ServedStore served(config);
    served.fill();
    std::vector<TxId> txids;
    for (std::uint32_t n = 0; n < 200'000; ++n)
        txids.push_back(ServedStore::txidOf(n));
    served.store.resetMempool(txids, 1, 1);
    QVERIFY(served.start());
    const auto [got, whole] = besides([&] {
        RawClient client = RawClient::connectTo(served.port(), 4096);
        client.send("GET /api/v1/mempool/txids HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::size_t length = parse(client.readUntil("\r\n\r\n")).field("Content-Length").toULongLong();
        std::this_thread::sleep_for(3s);
        client.setPatience(20'000);
        return std::pair(client.readAll().size(), length);
    });
    QVERIFY(whole > 200'000 * 66);
    QVERIFY(got < whole);
}

void HttpLimitsTest::headSizeIsTheConfiguredOne()
{
    GatewayConfig config = patient();
    config.http.maxHeadSize = 20'000;
    ServedStore served(config);
    QVERIFY(served.start());
    QCOMPARE(get(served, "/healthz", "X: " + std::string(19'000, 'x') + "\r\n").status, 200);
    QCOMPARE(get(served, "/healthz", "X: " + std::string(20'000, 'x') + "\r\n").status, 431);
}

void HttpLimitsTest::thousandDribblingConnectionsHoldNobodyUp()
{
    GatewayConfig config = patient();     // nothing ends them but that others need room
    config.clients.maxConnections = 4000; // descriptors for both ends
    config.http.minReceiveRate = 0;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const auto [statuses, longestMs] = besides([&] {
        std::vector<RawClient> dribbling;
        for (int i = 0; i < 1100; ++i) {
            dribbling.push_back(RawClient::connectTo(served.port()));
            dribbling.back().send(i % 2 == 0 ? "GET /ws HTTP/1.1\r\nHost: loc" : "G");
        }
        std::set<int> seen;
        qint64 longest = 0;
        for (int i = 0; i < 50; ++i) {
            for (RawClient &client : dribbling)
                client.send("x");
            QElapsedTimer timer;
            timer.start();
            RawClient good = RawClient::connectTo(served.port());
            good.send("GET /api/v1/tip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            seen.insert(parse(good.readAll()).status);
            RawClient socket = RawClient::connectTo(served.port());
            seen.insert(parse(socket.upgrade()).status);
            longest = std::max(longest, timer.elapsed());
        }
        return std::pair(seen, longest);
    });
    QCOMPARE(statuses, (std::set{101, 200}));
    QVERIFY2(longestMs < 3000,
             std::to_string(longestMs).c_str()); // milliseconds, but for a machine that is busy with other things
}

void HttpLimitsTest::rushOfGoodRequestsIsServedWhole()
{
    GatewayConfig config = patient();
    config.http.maxConnections = 50;
    config.http.maxHandshakes = 20;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const int taken = besides([&] {
        std::vector<RawClient> clients;
        for (int i = 0; i < 600; ++i) {
            clients.push_back(RawClient::connectTo(served.port()));
            clients.back().send("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n");
        }
        return static_cast<int>(std::count_if(
            clients.begin(), clients.end(), [](RawClient &client) { return parse(client.readUntil("\r\n\r\n")).status == 101; }));
    });
    QCOMPARE(taken, 600);
}

void HttpLimitsTest::connectionsOfOneAddressAtATime()
{
    GatewayConfig config = patient();
    config.clients.maxPerAddress = 2;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    auto first = std::make_unique<Listener>(served);
    Listener second(served);
    QTRY_COMPARE(first->count(u"hello"_s) + second.count(u"hello"_s), 2u);
    const Answer refused = parse(statusLineOf(served));
    QCOMPARE(refused.status, 429);
    QVERIFY(refused.field("Retry-After").toInt() > 0);
    QCOMPARE(get(served, "/api/v1/tip").status, 200); // who only reads is no client
    first.reset();
    QTRY_COMPARE(served.gateway->status().clients, 1);
    bool isTaken = false;
    QTRY_VERIFY(isTaken || (isTaken = parse(statusLineOf(served)).status == 101));
}

void HttpLimitsTest::newConnectionsOfOneAddressAMinute()
{
    GatewayConfig config = patient();
    config.clients.connectionsPerMinute = 60;
    ServedStore served(config);
    QVERIFY(served.start());
    int accepted = 0;
    Answer refused;
    for (int i = 0; i < 300 && refused.status != 429; ++i) {
        refused = parse(statusLineOf(served));
        accepted += refused.status == 101;
    }
    QVERIFY(accepted >= 60);
    QCOMPARE(refused.status, 429);
    QCOMPARE(refused.field("Retry-After"), "1");
    bool isTaken = false;
    QTRY_VERIFY_WITH_TIMEOUT(isTaken || (isTaken = parse(statusLineOf(served)).status == 101), 30'000); // one a second comes back
}

void HttpLimitsTest::pollThatGoesOnIsNoNewConnection()
{
    GatewayConfig config = patient();
    config.clients.connectionsPerMinute = 1;
    ServedStore served(config);
    QVERIFY(served.start());
    const Answer first = get(served, "/api/v1/poll?channels=tip&timeout=0");
    QCOMPARE(first.status, 200);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(
            get(served, "/api/v1/poll?channels=tip&timeout=0&since=" + first.field("Tipwatch-Position").toStdString()).status,
            200);
    QCOMPARE(get(served, "/api/v1/poll?channels=tip&timeout=0").status, 429);
}

void HttpLimitsTest::forwardedAddressIsCountedByItself()
{
    GatewayConfig config = patient();
    config.clients.connectionsPerMinute = 1;
    config.trustedProxies = {"127.0.0.1"};
    ServedStore served(config);
    QVERIFY(served.start());
    QCOMPARE(parse(statusLineOf(served, "X-Forwarded-For: 192.0.2.1\r\n")).status, 101);
    QCOMPARE(parse(statusLineOf(served, "X-Forwarded-For: 192.0.2.1\r\n")).status, 429);
    QCOMPARE(parse(statusLineOf(served, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n")).status, 101);
    QCOMPARE(parse(statusLineOf(served)).status, 101); // the proxy's own
}

QTEST_GUILESS_MAIN(HttpLimitsTest)
#include "test_http_limits.moc"
