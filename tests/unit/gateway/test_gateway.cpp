// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/reactor/reactor.h"
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/gateway_fixture.h"
#include "tests/unit/gateway/http_exchange.h"
#include "tests/unit/gateway/raw_client.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QLoggingCategory>
#include <QSet>
#include <QSignalSpy>
#include <QTcpServer>

#include <filesystem>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

std::size_t openDescriptors()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

} // namespace

class GatewayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void silentClientGetsHelloSnapshotsAndTheDefaultStream();
    void subscribeUnsubscribeSnapshotAndPing();
    void streamHasNoGapBetweenSnapshotAndEvents();
    void firstFrameRightBehindThe101IsHeard();
    void bytesBehindTheUpgradeRequestAreRefused();
    void subprotocolIsChosen();
    void secondPathAnswersToo();

    void requestsAreRefused_data();
    void requestsAreRefused();
    void expectedWebSocketIsSaidInWords();
    void unsupportedVersionIsToldTheRightOne();
    void fullServerSaysWhenToComeBack();
    void configuredOriginMayConnectAndRead();
    void slowHeadIsAnswered408();
    void silentConnectionsMakeRoomForOthers();

    void restAnswers();
    void blocksByHeightAndHash_data();
    void blocksByHeightAndHash();
    void restSaysWhatTheStreamSays();
    void readiness_data();
    void readiness();
    void txidsAreTheWholeView();
    void longAnswerWaitsForASlowReader();
    void keepAliveServesManyRequests();
    void pipelinedRequestsAreAnsweredInOrder();
    void headHasNoBody();
    void everyAnswerHasItsSecurityHeaders();
    void homePageAndItsAssets();

    void stopSaysGoodbyeWith1001();
    void startsAgainAfterStop();
    void portInUseIsAClearError();
    void badAddressIsAClearError();
    void statusFollowsTheClients();
    void notStartedMeansNotListening();
    void churnOf200ClientsLeaksNothing();
    void descriptorLimitIsRaisedToWhatIsNeeded();
    void servesAgainAfterDescriptorsRanOut();
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
    QCOMPARE(hello[u"epoch"_s].toString(), QString::fromStdString(served.store.snapshot()->position.epochText()));
    QCOMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 12);
    QCOMPARE(client.messages.size(), 3u);

    served.mine(13);
    served.see(1);
    served.store.setNodeFees({Feerate(3), {}, {}, {}}, 1);
    QTRY_COMPARE(client.count(u"tx.seen"_s), 1u);
    QCOMPARE(client.lastData(u"block.mined"_s)[u"height"_s], 13);
    QCOMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 13);
    QCOMPARE(client.count(u"fees.update"_s), 0u);
}

void GatewayTest::subscribeUnsubscribeSnapshotAndPing()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    client.say(R"({"op":"subscribe","id":"s","channels":["status","fees"]})");
    QTRY_COMPARE(client.count(u"status.update"_s), 1u);
    QCOMPARE(client.last(u"subscribed"_s)[u"id"_s], u"s"_s);
    QCOMPARE(client.lastData(u"status.update"_s)[u"state"_s], u"live"_s);
    served.mine(13);
    served.store.setNodeFees({Feerate(9), {}, {}, {}}, 1);
    QTRY_COMPARE(client.lastData(u"fees.update"_s)[u"node"_s][u"nextBlock"_s], 9);
    QCOMPARE(client.count(u"block.mined"_s), 0u);

    client.say(R"({"op":"unsubscribe","id":2,"channels":["fees"]})");
    client.say(R"({"op":"snapshot","id":3,"channels":["tip"]})");
    QTRY_COMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 13);
    QCOMPARE(client.last(u"unsubscribed"_s)[u"id"_s], 2);
    served.store.setNodeFees({Feerate(10), {}, {}, {}}, 1);
    client.say(R"({"op":"ping","timestamp":5})");
    QTRY_COMPARE(client.last(u"pong"_s)[u"timestamp"_s], 5);
    QCOMPARE(client.lastData(u"fees.update"_s)[u"node"_s][u"nextBlock"_s], 9);

    client.say("nonsense");
    client.say(R"({"op":"subscribe","id":4,"channels":["nope","network"]})");
    QTRY_COMPARE(client.count(u"network.update"_s), 1u);
    QCOMPARE(client.count(u"error"_s), 2u);
    QCOMPARE(client.last(u"error"_s)[u"error"_s][u"channel"_s], u"nope"_s);
    QCOMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
}

void GatewayTest::streamHasNoGapBetweenSnapshotAndEvents()
{
    ServedStore served;
    served.fill(1);
    QVERIFY(served.start());
    std::vector<std::unique_ptr<Listener>> clients;
    int height = 1;
    for (int round = 0; round < 40; ++round) { // they join while blocks come
        clients.push_back(std::make_unique<Listener>(served));
        served.mine(++height);
        QTest::qWait(1);
    }
    for (const auto &client : clients)
        QTRY_COMPARE(client->lastData(u"tip.update"_s)[u"height"_s], height);
    for (const auto &client : clients) {
        QTRY_VERIFY(client->count(u"block.mined"_s) == 0 || client->lastData(u"block.mined"_s)[u"height"_s] == height);
        // Whoever joins between a tip and its block knows the tip and hears the block; from then on every block comes, once.
        int known = -1;
        bool hasHeard = false;
        double seq = 0;
        for (const QJsonObject &message : client->messages) {
            const int messageHeight = message[u"data"_s][u"height"_s].toInt();
            if (message[u"type"_s] == u"tip.update"_s && known < 0)
                known = messageHeight;
            if (message[u"type"_s] != u"block.mined"_s)
                continue;
            if (hasHeard || messageHeight != known)
                QCOMPARE(messageHeight, ++known);
            hasHeard = true;
            QVERIFY(message[u"seq"_s].toDouble() > seq);
            seq = message[u"seq"_s].toDouble();
        }
    }
}

void GatewayTest::firstFrameRightBehindThe101IsHeard()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    // The client answers the very bytes of the 101, while the server is still moving the descriptor to its shard.
    const int heard = besides([&] {
        int count = 0;
        for (int i = 0; i < 300; ++i) {
            RawClient client = RawClient::connectTo(served.port());
            if (!client.upgrade().starts_with("HTTP/1.1 101"))
                return -1;
            client.send(textFrame(R"({"op":"ping","id":)" + std::to_string(i) + "}"));
            for (RawClient::Frame frame = client.readFrame(); !frame.isEnd(); frame = client.readFrame()) {
                if (frame.payload == R"({"type":"pong","id":)" + std::to_string(i) + "}") {
                    ++count;
                    break;
                }
            }
        }
        return count;
    });
    QCOMPARE(heard, 300);
}

void GatewayTest::bytesBehindTheUpgradeRequestAreRefused()
{
    ServedStore served;
    QVERIFY(served.start());
    const Answer answer =
        ask(served, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n" + textFrame("too early"));
    QCOMPARE(answer.status, 400);
}

void GatewayTest::subprotocolIsChosen()
{
    ServedStore served;
    QVERIFY(served.start());
    const auto chosen = [&](const std::string &fields) {
        return parse(besides([&] { return RawClient::connectTo(served.port()).upgrade("/ws", fields); }));
    };
    QCOMPARE(chosen("Sec-WebSocket-Protocol: other, tipwatch.v1.json\r\n").field("Sec-WebSocket-Protocol"), "tipwatch.v1.json");
    QCOMPARE(chosen("Sec-WebSocket-Protocol: other\r\n").field("Sec-WebSocket-Protocol"), QByteArray());
    QCOMPARE(chosen({}).status, 101);
    QCOMPARE(chosen({}).field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

void GatewayTest::secondPathAnswersToo()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    Listener client;
    client.socket.open(served.socketUrl(u"/socket?x=1"_s));
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
}

void GatewayTest::requestsAreRefused_data()
{
    QTest::addColumn<std::string>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    const auto row = [](const char *name, const std::string &request, int status, const QString &code) {
        QTest::newRow(name) << request << status << code;
    };
    const std::string host = "Host: localhost\r\n", end = "Connection: close\r\n\r\n";
    row("rebound name", "GET /api/v1/tip HTTP/1.1\r\nHost: evil.example\r\n" + end, 403, u"host_refused"_s);
    row("rebound name on the page", "GET / HTTP/1.1\r\nHost: evil.example:8787\r\n" + end, 403, u"host_refused"_s);
    row("rebound name on health", "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n" + end, 403, u"host_refused"_s);
    row("rebound name on the socket", "GET /ws HTTP/1.1\r\nHost: evil.example\r\n" + upgradeFields + "\r\n", 403,
        u"host_refused"_s);
    row("no host", "GET / HTTP/1.1\r\n" + end, 400, u"bad_request"_s);
    row("smuggling", "GET / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" + end, 400,
        u"bad_request"_s);
    row("foreign absolute form", "GET http://evil.example/ HTTP/1.1\r\n" + host + end, 400, u"bad_request"_s);
    row("post", "POST /api/v1/tip HTTP/1.1\r\n" + host + end, 405, u"method_refused"_s);
    row("options", "OPTIONS /api/v1/tip HTTP/1.1\r\n" + host + end, 405, u"method_refused"_s);
    row("body", "GET /api/v1/tip HTTP/1.1\r\n" + host + "Content-Length: 2\r\n" + end + "ab", 413, u"body_refused"_s);
    row("unknown path", "GET /nope HTTP/1.1\r\n" + host + end, 404, u"not_found"_s);
    row("unknown API path", "GET /api/v1/nope HTTP/1.1\r\n" + host + end, 404, u"not_found"_s);
    row("dots", "GET /assets/../../etc/passwd HTTP/1.1\r\n" + host + end, 404, u"not_found"_s);
    row("long head", "GET / HTTP/1.1\r\n" + host + "X: " + std::string(9000, 'x') + "\r\n" + end, 431, u"head_too_large"_s);
    row("long head without end", "GET /" + std::string(10000, 'x'), 431, u"head_too_large"_s);
    row("not HTTP", "\x16\x03\x01 hello\r\n\r\n", 400, u"bad_request"_s);
    row("upgrade elsewhere", "GET /api/v1/tip HTTP/1.1\r\n" + host + upgradeFields + "\r\n", 404, u"not_found"_s);
    row("foreign origin", "GET /ws HTTP/1.1\r\n" + host + "Origin: http://evil.example\r\n" + upgradeFields + "\r\n", 403,
        u"origin_refused"_s);
    row("null origin", "GET /ws HTTP/1.1\r\n" + host + "Origin: null\r\n" + upgradeFields + "\r\n", 403, u"origin_refused"_s);
    row("no key",
        "GET /ws HTTP/1.1\r\n" + host + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n", 400,
        u"bad_request"_s);
}

void GatewayTest::requestsAreRefused()
{
    QFETCH(std::string, request);
    QFETCH(int, status);
    QFETCH(QString, code);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const Answer answer = ask(served, request);
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.errorCode(), code);
    QCOMPARE(get(served, "/api/v1/tip").status, 200); // and goes on
}

void GatewayTest::expectedWebSocketIsSaidInWords()
{
    ServedStore served;
    QVERIFY(served.start());
    for (const char *path : {"/ws", "/socket"}) {
        const Answer answer = get(served, path);
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.body, "Expected WebSocket");
    }
}

void GatewayTest::unsupportedVersionIsToldTheRightOne()
{
    ServedStore served;
    QVERIFY(served.start());
    const Answer answer = ask(served, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                      "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    QCOMPARE(answer.status, 426);
    QCOMPARE(answer.field("Sec-WebSocket-Version"), "13");
}

void GatewayTest::fullServerSaysWhenToComeBack()
{
    GatewayConfig config;
    config.clients.maxConnections = 2;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    auto first = std::make_unique<Listener>(served);
    Listener second(served);
    QTRY_COMPARE(first->count(u"hello"_s) + second.count(u"hello"_s), 2u);
    const Answer answer = ask(served, "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n");
    QCOMPARE(answer.status, 503);
    QVERIFY(answer.field("Retry-After").toInt() > 0);
    QCOMPARE(get(served, "/healthz").status, 200);
    first.reset();
    QTRY_COMPARE(served.gateway->status().clients, 1);
    Listener third(served);
    QTRY_COMPARE(third.count(u"hello"_s), 1u);
}

void GatewayTest::configuredOriginMayConnectAndRead()
{
    GatewayConfig config;
    config.corsOrigins = {"https://wall.example.org"};
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const std::string theirs = "Origin: https://wall.example.org\r\n";
    const Answer answer = get(served, "/api/v1/tip", theirs);
    QCOMPARE(answer.field("Access-Control-Allow-Origin"), "https://wall.example.org");
    QVERIFY(answer.field("Vary").contains("Origin"));
    QCOMPARE(get(served, "/api/v1/tip", "Origin: https://evil.example\r\n").field("Access-Control-Allow-Origin"), QByteArray());
    QCOMPARE(parse(besides([&] { return RawClient::connectTo(served.port()).upgrade("/ws", theirs); })).status, 101);
}

void GatewayTest::slowHeadIsAnswered408()
{
    const SystemClock clock;
    const auto reactor = *Reactor::start(
        1, {}, clock, [] { return std::unique_ptr<Protocol>(); }, [] {});
    GatewayConfig config;
    config.httpPort = 0;
    config.http.headTimeout = std::chrono::milliseconds(200);
    TlsBridges bridges(10'000);
    FrontDoor door(config, std::make_shared<AccessKeys>(), clock, *reactor, bridges,
                   [](std::string_view path) { return path == "/ws"; });
    QVERIFY(door.listen());
    const auto port = static_cast<std::uint16_t>(QUrl(QString::fromStdString(door.url())).port());
    const auto [slow, silent] = besides([&] {
        RawClient client = RawClient::connectTo(port);
        client.send("GET / HTTP/1.1\r\nHost: loc");
        const Answer answer = parse(client.readAll());
        return std::pair(answer, RawClient::connectTo(port).readAll());
    });
    QCOMPARE(slow.status, 408);
    QCOMPARE(slow.field("Connection"), "close");
    QCOMPARE(silent, ""s); // whoever says nothing at all is let go without a word
    door.close();
}

void GatewayTest::silentConnectionsMakeRoomForOthers()
{
    GatewayConfig config;
    config.http.maxConnections = 100;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const int statusWithManySilent = besides([&] {
        std::vector<RawClient> silent;
        for (int i = 0; i < 150; ++i) {
            silent.push_back(RawClient::connectTo(served.port()));
            silent.back().send("GET / HT");
        }
        RawClient client = RawClient::connectTo(served.port());
        client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const int status = parse(client.readAll()).status;
        return silent.front().readAll().empty() ? status : -1; // the first has been let go
    });
    QCOMPARE(statusWithManySilent, 200);
}

void GatewayTest::restAnswers()
{
    ServedStore served;
    served.fill(30);
    QVERIFY(served.start());
    served.see(1);
    served.see(2);
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 2);
    const QByteArray position = QByteArray::fromStdString(served.store.snapshot()->position.toText());

    const Answer tip = get(served, "/api/v1/tip");
    QCOMPARE(tip.status, 200);
    QCOMPARE(tip.object()[u"height"_s], 30);
    QCOMPARE(tip.field("Tipwatch-Position"), position);
    QCOMPARE(tip.field("Content-Type"), "application/json");
    QTRY_COMPARE(get(served, "/api/v1/mempool").object()[u"count"_s], 2);
    QVERIFY(get(served, "/api/v1/fees").object().contains(u"nextBlock"_s));
    QVERIFY(get(served, "/api/v1/network").object().contains(u"peers"_s));

    const QJsonArray ten = get(served, "/api/v1/blocks").array();
    QCOMPARE(ten.size(), 10);
    QCOMPARE(ten[0][u"height"_s], 30);
    QCOMPARE(ten[9][u"height"_s], 21);
    QCOMPARE(get(served, "/api/v1/blocks?limit=3").array().size(), 3);
    QCOMPARE(get(served, "/api/v1/blocks?limit=1000").array().size(), 30);
    for (const char *bad : {"0", "-1", "x", "", "1e3", "99999999999999999999999"})
        QCOMPARE(get(served, "/api/v1/blocks?limit="s + bad).errorCode(), u"bad_limit"_s);

    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    const QJsonObject status = get(served, "/api/v1/status").object();
    QCOMPARE(status[u"state"_s], u"live"_s);
    QCOMPARE(status[u"network"_s], u"regtest"_s);
    QCOMPARE(status[u"exact"_s], true);
    QVERIFY(status[u"server"_s].toString().startsWith(u"tipwatch/"_s));
    QCOMPARE(status[u"gateway"_s][u"clients"_s], 1);
    QCOMPARE(status[u"position"_s].toString().toUtf8(), QByteArray::fromStdString(served.store.snapshot()->position.toText()));
    QCOMPARE(get(served, "/healthz").object()[u"status"_s], u"ok"_s);
}

void GatewayTest::blocksByHeightAndHash_data()
{
    QTest::addColumn<std::string>("id");
    QTest::addColumn<int>("status");
    QTest::newRow("height") << "7"s << 200;
    QTest::newRow("hash") << ServedStore::hashOf(7).toHex() << 200;
    QTest::newRow("unknown height, and no node to ask") << "700"s << 501;
    QTest::newRow("unknown hash, and no node to ask") << ServedStore::hashOf(700).toHex() << 501;
    QTest::newRow("negative") << "-5"s << 400;
    QTest::newRow("neither") << "latest"s << 400;
    QTest::newRow("half a hash") << std::string(63, 'a') << 400;
}

void GatewayTest::blocksByHeightAndHash()
{
    QFETCH(std::string, id);
    QFETCH(int, status);
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    const Answer answer = get(served, "/api/v1/blocks/" + id);
    QCOMPARE(answer.status, status);
    if (status == 200)
        QCOMPARE(answer.object()[u"height"_s], 7);
}

void GatewayTest::restSaysWhatTheStreamSays()
{
    ServedStore served;
    served.fill(12);
    served.see(5);
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 1);
    QVERIFY(served.start());
    Listener client(served);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    client.say(R"({"op":"snapshot","channels":["tip","mempool","fees","network","status"]})");
    QTRY_COMPARE(client.count(u"status.update"_s), 1u);
    for (const QString &channel : {u"tip"_s, u"mempool"_s, u"fees"_s, u"network"_s})
        QCOMPARE(get(served, "/api/v1/" + channel.toStdString()).object(), client.lastData(channel + u".update"_s));
    served.mine(13);
    QTRY_COMPARE(client.count(u"block.mined"_s), 1u);
    const QJsonObject block = get(served, "/api/v1/blocks/13").object(); // says more than the stream, and nothing else
    const QJsonObject mined = client.lastData(u"block.mined"_s);
    for (auto member = mined.begin(); member != mined.end(); ++member)
        QCOMPARE(block[member.key()], member.value());
    QVERIFY(block.size() > mined.size());
}

void GatewayTest::readiness_data()
{
    QTest::addColumn<SourceState>("state");
    QTest::addColumn<bool>("exact");
    QTest::addColumn<int>("status");
    QTest::newRow("exact") << SourceState::Live << true << 200;
    QTest::newRow("live, not exact") << SourceState::Live << false << 200;
    QTest::newRow("syncing") << SourceState::Syncing << false << 503;
    QTest::newRow("connecting") << SourceState::Connecting << false << 503;
    QTest::newRow("stale") << SourceState::Stale << false << 503;
    QTest::newRow("error") << SourceState::Error << false << 503;
}

void GatewayTest::readiness()
{
    QFETCH(SourceState, state);
    QFETCH(bool, exact);
    QFETCH(int, status);
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    SourceStatus source;
    source.state = state;
    source.exact = exact;
    source.reason = "because";
    served.store.setStatus(source);
    const Answer answer = get(served, "/readyz");
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.object()[u"ready"_s], status == 200);
    QCOMPARE(answer.object()[u"reason"_s], u"because"_s);
    QCOMPARE(get(served, "/healthz").status, 200);
}

void GatewayTest::txidsAreTheWholeView()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    for (std::uint32_t n = 0; n < 1000; ++n)
        served.store.addTransaction(ServedStore::txidOf(n), n + 1, 1);
    const Answer answer = get(served, "/api/v1/mempool/txids");
    QCOMPARE(answer.status, 200);
    const QJsonObject txids = answer.object();
    QCOMPARE(answer.field("Tipwatch-Position"), txids[u"position"_s].toString().toUtf8());
    QSet<QString> got;
    for (const QJsonValue &txid : txids[u"txids"_s].toArray())
        got.insert(txid.toString());
    QCOMPARE(got.size(), 1000);
    QVERIFY(got.contains(QString::fromStdString(ServedStore::txidOf(999).toHex())));
}

void GatewayTest::longAnswerWaitsForASlowReader()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    std::vector<TxId> txids;
    for (std::uint32_t n = 0; n < 100'000; ++n)
        txids.push_back(ServedStore::txidOf(n));
    served.store.resetMempool(txids, 1, 1);
    const std::string head = "GET /api/v1/mempool/txids HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const auto [size, meanwhile] = besides([&] {
        RawClient slow = RawClient::connectTo(served.port(), 4096);
        slow.send(head);
        const std::string start = slow.readUntil("\r\n\r\n");
        // While it dawdles, others are answered.
        RawClient other = RawClient::connectTo(served.port());
        other.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const int status = parse(other.readAll()).status;
        return std::pair(slow.readAll().size(), parse(start).field("Content-Length").toULongLong() > 0 ? status : 0);
    });
    QCOMPARE(meanwhile, 200);
    QVERIFY(size > 100'000 * 66);
}

void GatewayTest::keepAliveServesManyRequests()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const int good = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        int count = 0;
        for (int i = 0; i < 50; ++i) {
            client.send("GET /api/v1/tip HTTP/1.1\r\nHost: localhost\r\n\r\n");
            const Answer answer = parse(client.readUntil("}"));
            count += answer.status == 200 && answer.field("Connection") == "keep-alive";
        }
        return count;
    });
    QCOMPARE(good, 50);
}

void GatewayTest::pipelinedRequestsAreAnsweredInOrder()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const QByteArray all = QByteArray::fromStdString(besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        std::string requests;
        for (const char *path : {"/healthz", "/api/v1/mempool/txids", "/nope", "/api/v1/blocks/5"})
            requests += "GET "s + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.send(requests + "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return client.readAll();
    }));
    QCOMPARE(all.count("HTTP/1.1 "), 5);
    const qsizetype health = all.indexOf("\"ok\""), txids = all.indexOf("\"txids\""), nope = all.indexOf("not_found"),
                    block = all.indexOf("\"height\":5"), ready = all.indexOf("\"ready\"");
    QVERIFY(0 < health && health < txids && txids < nope && nope < block && block < ready);
}

void GatewayTest::headHasNoBody()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const Answer body = get(served, "/api/v1/tip");
    const Answer head = ask(served, "HEAD /api/v1/tip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    QCOMPARE(head.status, 200);
    QCOMPARE(head.field("Content-Length").toInt(), body.body.size());
    QVERIFY(head.body.isEmpty());
}

void GatewayTest::everyAnswerHasItsSecurityHeaders()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    for (const char *path : {"/", "/api/v1/tip", "/nope", "/ws"}) {
        const Answer answer = get(served, path);
        QCOMPARE(answer.field("X-Content-Type-Options"), "nosniff");
        QCOMPARE(answer.field("Referrer-Policy"), "no-referrer");
        QVERIFY2(answer.field("Content-Security-Policy").contains("frame-ancestors 'none'"), path);
        QVERIFY(answer.field("Date").endsWith("GMT"));
        for (const char *field :
             {"Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options"})
            QVERIFY2(!answer.field(field).isEmpty(), field);
    }
}

void GatewayTest::homePageAndItsAssets()
{
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    const Answer home = get(served, "/");
    QCOMPARE(home.status, 200);
    QVERIFY(home.field("Content-Type").startsWith("text/html"));
    QVERIFY(home.body.contains("12"));
    const qsizetype at = home.body.indexOf("/assets/");
    QVERIFY(at > 0);
    const std::string path = home.body.mid(at, home.body.indexOf('"', at) - at).toStdString();
    const Answer asset = get(served, path);
    QCOMPARE(asset.status, 200);
    QVERIFY(!asset.body.isEmpty());
    QVERIFY(asset.field("Cache-Control").contains("immutable"));
    const Answer again = get(served, path, "If-None-Match: \"other\", " + asset.field("ETag").toStdString() + "\r\n");
    QCOMPARE(again.status, 304);
    QVERIFY(again.body.isEmpty());
}

void GatewayTest::stopSaysGoodbyeWith1001()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    std::vector<std::unique_ptr<Listener>> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(std::make_unique<Listener>(served));
        QTRY_COMPARE(clients.back()->count(u"hello"_s), 1u);
    }
    const std::uint16_t port = served.port();
    QElapsedTimer timer;
    timer.start();
    served.gateway->stop();
    QVERIFY(timer.elapsed() < 2000);
    for (const auto &client : clients) {
        QTRY_COMPARE(client->socket.state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(client->socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    }
    QCOMPARE(RawClient::connectTo(port).fd(), -1);
    QVERIFY(!served.gateway->status().listening);
    served.mine(13); // nobody listens, nothing happens
}

void GatewayTest::startsAgainAfterStop()
{
    ServedStore served;
    served.fill(5);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(served.start());
        QVERIFY(served.start()); // does nothing
        served.mine(6 + i);
        Listener client(served);
        QTRY_COMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 6 + i);
        client.socket.close();
        QTRY_COMPARE(served.gateway->status().clients, 0);
        served.gateway->stop();
        served.gateway->stop();
    }
}

void GatewayTest::portInUseIsAClearError()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    GatewayConfig config;
    config.httpPort = other.serverPort();
    ServedStore served;
    Gateway gateway(config, served.bus, served.store, served.clock);
    const auto started = gateway.start();
    QVERIFY(!started);
    QVERIFY(started.error().message.find(std::to_string(other.serverPort())) != std::string::npos);
    QVERIFY(started.error().message.find("another program uses this port") != std::string::npos);
    QCOMPARE(gateway.status().error, started.error().message);
    QVERIFY(gateway.status().enabled && !gateway.status().listening);
    other.close();
    QVERIFY(gateway.start());
    QCOMPARE(gateway.status().error, ""s);
    QCOMPARE(gateway.status().url, "http://127.0.0.1:" + std::to_string(config.httpPort) + "/");
}

void GatewayTest::badAddressIsAClearError()
{
    for (const char *address : {"not-an-address", "203.0.113.7"}) {
        GatewayConfig config;
        config.listen = address;
        ServedStore served(config);
        const auto started = served.start();
        QVERIFY(!started);
        QVERIFY(started.error().message.find(address) != std::string::npos);
    }
}

void GatewayTest::statusFollowsTheClients()
{
    ServedStore served;
    QSignalSpy spy(served.gateway.get(), &Gateway::statusChanged);
    QVERIFY(served.start());
    QCOMPARE(spy.size(), 1);
    QVERIFY(spy.last()[0].value<GatewayStatus>().listening);
    {
        Listener one(served), two(served);
        QTRY_COMPARE(spy.last()[0].value<GatewayStatus>().clients, 2);
    }
    QTRY_COMPARE(spy.last()[0].value<GatewayStatus>().clients, 0);
    const auto told = spy.size();
    served.gateway->stop();
    QCOMPARE(spy.size(), told + 1);
    QVERIFY(!spy.last()[0].value<GatewayStatus>().listening);
}

void GatewayTest::notStartedMeansNotListening()
{
    ServedStore served;
    QVERIFY(!served.gateway->status().listening);
    QCOMPARE(served.gateway->status().url, ""s);
    served.fill();
    served.mine(13);
    QCOMPARE(served.store.snapshot()->tip.height.value, 13);
}

void GatewayTest::churnOf200ClientsLeaksNothing()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    std::size_t before = 0;
    for (int round = 0; round < 3; ++round) {
        besides([&] {
            std::vector<RawClient> clients;
            for (int i = 0; i < 200; ++i)
                clients.push_back(RawClient::connectTo(served.port()));
            for (std::size_t i = 0; i < clients.size(); ++i) {
                if (i % 4 == 0)
                    clients[i].send("GET /ws HTT"); // leaves in the middle of the head
                else if (i % 4 == 1)
                    clients[i].send("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n"); // before the 101
                else
                    clients[i].upgrade();
                if (i % 4 == 2)
                    clients[i].send(closeFrame(1000));
            }
            return 0;
        });
        QTRY_COMPARE(served.gateway->status().clients, 0);
        if (round == 0) {
            QTRY_VERIFY(openDescriptors() < 60);
            before = openDescriptors();
        }
    }
    QTRY_VERIFY(openDescriptors() <= before);
}

namespace {

/// Puts the limit of descriptors back when it goes.
struct DescriptorLimit {
    rlimit before{};
    DescriptorLimit() { ::getrlimit(RLIMIT_NOFILE, &before); }
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before); }
    void set(rlim_t soft)
    {
        const rlimit limit{soft, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    static rlim_t now()
    {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    }
};

} // namespace

void GatewayTest::descriptorLimitIsRaisedToWhatIsNeeded()
{
    DescriptorLimit limit;
    limit.set(256);
    GatewayConfig config;
    config.clients.maxConnections = 500;
    ServedStore served(config);
    QVERIFY(served.start());
    QVERIFY(DescriptorLimit::now() >= static_cast<rlim_t>(500 + config.http.maxConnections));
}

void GatewayTest::servesAgainAfterDescriptorsRanOut()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    DescriptorLimit limit;
    // An odd number: each client that is served takes two, so one at least, the last, is not.
    constexpr int room = 7;
    rlim_t upTo = 0;
    for (int free = 0; free < room; ++upTo)
        free += ::fcntl(static_cast<int>(upTo), F_GETFD) < 0 ? 1 : 0;
    limit.set(upTo);
    const bool ranOut = besides([&] {
        std::vector<RawClient> clients;
        while (clients.empty() || clients.back().fd() >= 0)
            clients.push_back(RawClient::connectTo(served.port()));
        clients.pop_back();
        clients.back().setPatience(300);
        clients.back().send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return clients.back().readUntil("}").empty();
    });
    QVERIFY(ranOut);
    limit.set(limit.before.rlim_cur);
    QCOMPARE(get(served, "/healthz").status, 200);
}

QTEST_GUILESS_MAIN(GatewayTest)
#include "test_gateway.moc"
