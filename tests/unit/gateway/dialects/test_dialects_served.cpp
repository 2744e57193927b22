// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/dialects/stream_samples.h"
#include "tests/unit/gateway/gateway_fixture.h"

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QJsonArray>
#include <QLoggingCategory>
#include <QNetworkRequest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

/// Every dialect through the whole gateway, as a client of it sees it.
class DialectsServedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void init();
    void cleanup() { m_served.reset(); }
    void listenersNeedNotSayAnything();
    void cborClientsAreToldInCborAndMaySayEither();
    void filteredClientsGetTheirPart();
    void peersAreToldByWhatChanged();
    void indexerClientsGetBlocksAndTheirTransactions();
    void statesClientsAreRecognised();
    void figuresComeToThoseWhoAsk();
    void signalsClientsHearHowTheSystemIs();
    void nodesClientsGetASnapshotThenDifferences();
    void nodesFilterIsSetAndCleared();
    void pingAloneSettlesNoDialect();
    void badMessagesDisconnectNobody_data();
    void badMessagesDisconnectNobody();

private:
    std::unique_ptr<Listener> connectTo(const QString &path, const QString &subprotocol = {});
    /// Of samples::peers(), and until it has a snapshot of them.
    std::unique_ptr<Listener> connectToNodes();

    std::unique_ptr<ServedStore> m_served;
};

namespace {

/// Patience with a machine that is busy with other things.
constexpr int patience = 30'000;

Peer numbered(std::int64_t id)
{
    Peer peer = samples::peers()[0];
    peer.id = id;
    return peer;
}

} // namespace

void DialectsServedTest::init()
{
    m_served = std::make_unique<ServedStore>();
    QVERIFY(m_served->start());
    m_served->fill();
}

std::unique_ptr<Listener> DialectsServedTest::connectTo(const QString &path, const QString &subprotocol)
{
    auto listener = std::make_unique<Listener>();
    QNetworkRequest request(m_served->socketUrl(path));
    if (!subprotocol.isEmpty())
        request.setRawHeader("Sec-WebSocket-Protocol", subprotocol.toLatin1());
    listener->socket.open(request);
    [&] { QTRY_COMPARE_WITH_TIMEOUT(listener->socket.state(), QAbstractSocket::ConnectedState, patience); }();
    return listener;
}

std::unique_ptr<Listener> DialectsServedTest::connectToNodes()
{
    m_served->store.setPeers(samples::peers(), 5);
    auto listener = connectTo(u"/api/ws"_s);
    [&] { QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"snapshot"_s), std::size_t(1), patience); }();
    // The shard may have heard of the peers later than of the client.
    [&] {
        QTRY_VERIFY_WITH_TIMEOUT(listener->lastData(u"snapshot"_s)["nodes"_L1].toArray().size() == 2 ||
                                     listener->count(u"telemetry_update"_s) == 2,
                                 patience);
    }();
    listener->say(R"({"type":"request_snapshot"})");
    [&] { QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"snapshot"_s), std::size_t(2), patience); }();
    return listener;
}

void DialectsServedTest::listenersNeedNotSayAnything()
{
    const auto listener = connectTo(u"/ws"_s);
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"hello"_s), std::size_t(1), patience);
    m_served->mine(13);
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"block.mined"_s), std::size_t(1), patience);
    QTRY_COMPARE_WITH_TIMEOUT(listener->lastData(u"tip.update"_s)["height"_L1].toInt(), 13, patience);
}

void DialectsServedTest::cborClientsAreToldInCborAndMaySayEither()
{
    const auto listener = connectTo(u"/ws"_s, u"tipwatch.v1.cbor"_s);
    QList<QCborMap> told;
    connect(&listener->socket, &QWebSocket::binaryMessageReceived, this,
            [&](const QByteArray &cbor) { told.append(QCborValue::fromCbor(cbor).toMap()); });
    const auto answers = [&](qint64 id) {
        return std::any_of(told.begin(), told.end(), [&](const QCborMap &m) { return m["id"_L1] == QCborValue(id); });
    };
    listener->say(R"({"op":"ping","id":1})");
    QTRY_VERIFY_WITH_TIMEOUT(answers(1), patience);
    const QCborMap subscribe{{u"op"_s, u"subscribe"_s}, {u"id"_s, 2}, {u"channels"_s, QCborArray{u"blocks"_s}}};
    listener->socket.sendBinaryMessage(QCborValue(subscribe).toCbor());
    QTRY_VERIFY_WITH_TIMEOUT(answers(2), patience);
    m_served->mine(13);
    QTRY_VERIFY_WITH_TIMEOUT(told.last()["type"_L1] == u"block.mined"_s, patience);
    QCOMPARE(told.last()["data"_L1].toMap()["height"_L1].toInteger(), 13);
    QCOMPARE(listener->messages.size(), std::size_t(0)); // none was text
}

void DialectsServedTest::filteredClientsGetTheirPart()
{
    const auto named = connectTo(u"/ws"_s), all = connectTo(u"/ws"_s);
    named->say(qPrintable(uR"({"op":"subscribe","channels":[{"name":"txs","filter":{"txid":"%1"}}]})"_s.arg(
        QString::fromStdString(ServedStore::txidOf(2).toHex()))));
    all->say(R"({"op":"subscribe","channels":["txs"]})");
    QTRY_COMPARE_WITH_TIMEOUT(named->count(u"subscribed"_s) + all->count(u"subscribed"_s), std::size_t(2), patience);
    for (std::uint32_t i = 1; i <= 3; ++i)
        m_served->see(i);
    m_served->mine(13); // so that there is an end to wait for
    named->say(R"({"op":"ping"})");
    QTRY_COMPARE_WITH_TIMEOUT(named->count(u"pong"_s), std::size_t(1), patience);
    QTRY_COMPARE_WITH_TIMEOUT(named->count(u"tx.seen"_s), std::size_t(1), patience);
    QCOMPARE(named->lastData(u"tx.seen"_s)["txid"_L1].toString().toStdString(), ServedStore::txidOf(2).toHex());
    QCOMPARE(named->count(u"tx.batch"_s), std::size_t(0));
    QTRY_VERIFY_WITH_TIMEOUT(all->count(u"tx.seen"_s) + all->count(u"tx.batch"_s) > 0, patience);
}

void DialectsServedTest::peersAreToldByWhatChanged()
{
    m_served->store.setPeers({numbered(1), numbered(2)}, 5);
    const auto listener = connectTo(u"/ws"_s);
    listener->say(R"({"op":"subscribe","channels":["nodes"]})");
    // The shard hears of the peers before the client comes or after.
    const auto knowsBoth = [&] {
        return listener->last(u"peer.snapshot"_s)["data"_L1].toArray().size() == 2 || listener->count(u"peer.update"_s) == 2;
    };
    QTRY_VERIFY_WITH_TIMEOUT(knowsBoth(), patience);
    listener->messages.clear();
    Peer busier = numbered(1);
    busier.bytesIn += 100;
    m_served->store.setPeers({busier, numbered(3)}, 6);
    QTRY_COMPARE_WITH_TIMEOUT(listener->messages.size(), std::size_t(3), patience);
    QCOMPARE(listener->lastData(u"peer.gone"_s), (QJsonObject{{u"id"_s, 2}}));
    QCOMPARE(listener->messages[1]["data"_L1].toObject(), (QJsonObject{{u"id"_s, 1}, {u"bytesIn"_s, qint64(5'000'000'100)}}));
    QCOMPARE(listener->lastData(u"peer.update"_s)["id"_L1].toInt(), 3);
}

void DialectsServedTest::indexerClientsGetBlocksAndTheirTransactions()
{
    const auto listener = connectTo(u"/v1/stream"_s);
    listener->say("hello");
    listener->say(R"({"action":"subscribe","channels":["newUncles"]})");
    listener->say(R"({"action":"subscribe","channels":["newBlocks","newTxs"]})");
    // There are no answers to wait for, so blocks come until one is heard.
    int height = 12;
    const auto mine = [&] {
        ++height;
        auto transactions = std::make_shared<const std::vector<ConfirmedTransaction>>(std::vector<ConfirmedTransaction>{
            {ServedStore::txidOf(1), Satoshi(5'000'000'000), {}}, {ServedStore::txidOf(2), Satoshi(7), {}}});
        m_served->store.connectBlock({ServedStore::blockAt(height), {ServedStore::txidOf(1)}, transactions}, 5);
        return QTest::qWaitFor([&] { return listener->count(u"newTx"_s) > 0; }, 100);
    };
    QTRY_VERIFY_WITH_TIMEOUT(mine(), patience);
    QCOMPARE(listener->messages[0]["type"_L1], u"newBlock"_s);
    QCOMPARE(listener->messages[0]["data"_L1].toObject().keys(),
             (QStringList{u"gas_used"_s, u"hash"_s, u"height"_s, u"miner"_s, u"timestamp"_s, u"tx_count"_s}));
    QCOMPARE(listener->messages[1]["type"_L1], u"newTx"_s);
    const QJsonArray transactions = listener->messages[1]["data"_L1].toArray();
    QCOMPARE(transactions.size(), 2);
    QCOMPARE(transactions[1]["value_wei"_L1].toString(), u"7"_s);
    QCOMPARE(transactions[1]["block_height"_L1], listener->messages[0]["data"_L1]["height"_L1]);
}

void DialectsServedTest::statesClientsAreRecognised()
{
    const auto listener = connectTo(u"/ws"_s);
    listener->say(R"({"method":"state_stream.subscribe","params":["block_updates"],"id":7})");
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"block_update"_s), std::size_t(1), patience);
    const auto answered = std::find_if(listener->messages.begin(), listener->messages.end(),
                                       [](const QJsonObject &m) { return m["id"_L1] == 7 && m.contains("result"_L1); });
    QVERIFY(answered != listener->messages.end());
    const std::size_t before = listener->messages.size();
    m_served->mine(13);
    QTRY_COMPARE_WITH_TIMEOUT(listener->lastData(u"block_update"_s)["height"_L1].toInt(), 13, patience);
    for (std::size_t i = before; i < listener->messages.size(); ++i)
        QCOMPARE(listener->messages[i]["type"_L1], u"block_update"_s); // the default channels are given up
}

void DialectsServedTest::figuresComeToThoseWhoAsk()
{
    NetworkInfo network;
    network.peers = 8;
    m_served->store.setNetwork(network, 5);
    const auto canonical = connectTo(u"/ws"_s), states = connectTo(u"/ws"_s);
    canonical->say(R"({"op":"subscribe","channels":["metrics"]})");
    states->say(R"({"method":"state_stream.subscribe","params":["metrics"],"id":1})");
    QTRY_COMPARE_WITH_TIMEOUT(canonical->lastData(u"metrics.update"_s)["clients"_L1].toInt(), 2, patience);
    QTRY_COMPARE_WITH_TIMEOUT(states->lastData(u"metrics_update"_s)["peers"_L1].toInt(), 8, patience);
    QVERIFY(states->lastData(u"metrics_update"_s)["fees"_L1].isObject());
}

void DialectsServedTest::signalsClientsHearHowTheSystemIs()
{
    const auto listener = connectTo(u"/ws"_s);
    listener->say(R"({"type":"subscribe","channels":["price:BTC"]})");
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"error"_s), std::size_t(1), patience);
    QTRY_COMPARE_WITH_TIMEOUT(listener->lastData(u"system_status"_s)["state"_L1].toString(), u"live"_s, patience);
    SourceStatus stale;
    stale.source = "bitcoin";
    stale.network = "regtest";
    stale.state = SourceState::Stale;
    m_served->store.setStatus(stale);
    QTRY_COMPARE_WITH_TIMEOUT(listener->lastData(u"system_status"_s)["state"_L1].toString(), u"stale"_s, patience);
}

void DialectsServedTest::nodesClientsGetASnapshotThenDifferences()
{
    const auto listener = connectToNodes();
    QCOMPARE(listener->lastData(u"snapshot"_s)["positions"_L1].toArray().size(), 1);
    listener->messages.clear();
    Peer moved = samples::peers()[0];
    moved.position = GeoPosition{-18, 179};
    m_served->store.setPeers({moved}, 6);
    QTRY_COMPARE_WITH_TIMEOUT(listener->lastData(u"position_update"_s)["longitude"_L1].toInt(), 179, patience);
    QCOMPARE(listener->lastData(u"node_status"_s), (QJsonObject{{u"id"_s, 7}, {u"status"_s, u"disconnected"_s}}));
    QCOMPARE(listener->count(u"node_update"_s), std::size_t(0));
}

void DialectsServedTest::nodesFilterIsSetAndCleared()
{
    const auto listener = connectToNodes();
    const auto snapshotOf = [&](const char *message) {
        const std::size_t before = listener->count(u"snapshot"_s);
        listener->say(message);
        listener->say(R"({"type":"request_snapshot"})");
        [&] { QTRY_VERIFY_WITH_TIMEOUT(listener->count(u"snapshot"_s) > before, patience); }();
        return listener->lastData(u"snapshot"_s)["nodes"_L1].toArray().size();
    };
    QCOMPARE(snapshotOf(R"({"type":"subscribe","filter":{"bounds":{"north":70,"south":60,"east":-10,"west":-30}}})"), 1);
    QCOMPARE(snapshotOf(R"({"type":"subscribe","nodeIds":[99]})"), 0);
    QCOMPARE(snapshotOf(R"({"type":"subscribe","filter":"everything"})"), 0); // refused, so the last one holds
    QCOMPARE(snapshotOf(R"({"type":"unsubscribe"})"), 2);
}

void DialectsServedTest::pingAloneSettlesNoDialect()
{
    const auto listener = connectTo(u"/ws"_s);
    listener->say(R"({"type":"ping","timestamp":5})");
    QTRY_COMPARE_WITH_TIMEOUT(listener->last(u"pong"_s), (QJsonObject{{u"type"_s, u"pong"_s}, {u"timestamp"_s, 5}}), patience);
    listener->say(R"({"method":"state_stream.subscribe","params":["network"],"id":1})");
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"network_update"_s), std::size_t(1), patience);
}

void DialectsServedTest::badMessagesDisconnectNobody_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("ping");
    QTest::newRow("canonical") << u"/ws"_s << QByteArray(R"({"op":"ping"})");
    QTest::newRow("typed ping") << u"/ws"_s << QByteArray(R"({"type":"ping"})");
    QTest::newRow("S4") << u"/api/ws"_s << QByteArray(R"({"type":"ping"})");
}

void DialectsServedTest::badMessagesDisconnectNobody()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, ping);
    const auto listener = connectTo(path);
    for (const char *message : {"", "hello", "{}", "[", R"({"op":5,"type":5})", R"({"op":"dance","type":"dance"})"})
        listener->say(message);
    listener->socket.sendBinaryMessage(QByteArray("\xff\x00\x01", 3));
    listener->say(ping.constData());
    QTRY_COMPARE_WITH_TIMEOUT(listener->count(u"pong"_s), std::size_t(1), patience);
    QVERIFY(listener->count(u"error"_s) >= 6);
}

QTEST_GUILESS_MAIN(DialectsServedTest)
#include "test_dialects_served.moc"
