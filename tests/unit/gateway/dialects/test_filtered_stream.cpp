// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/canonical_dialect.h"
#include "server/gateway/dialects/dialect_set.h"
#include "server/gateway/dialects/indexer_dialect.h"
#include "tests/support/domain_samples.h"
#include "tests/unit/gateway/dialects/stream_samples.h"
#include "tests/unit/gateway/dialects/wire_names.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

/// What a dialect leaves out, how it cuts long lists, and on which channels it says things.
class FilteredStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void onlyAcceptedTransactionsAreTold();
    void onlyNamedRemovalsAreTold();
    void eachChannelHasItsOwnPeers();
    void aPeerThatLeavesTheBoundsIsGone();
    void aPeerThatEntersTheBoundsIsToldWhole();
    void nodesAreThoseOfTheFilter();
    void nodeMessagesAreThoseAskedFor_data();
    void nodeMessagesAreThoseAskedFor();
    void snapshotsAreFiltered_data();
    void snapshotsAreFiltered();
    void longListsAreCut_data();
    void longListsAreCut();
    void transactionsOfABlockAreCutBelowOneMegabyte();
    void stateConflatesAndEventsDoNot_data();
    void stateConflatesAndEventsDoNot();
    void joiningBeforeTheNodeIsHeardTellsHowItStands();
    void pathAndSubprotocolChooseTheDialect_data();
    void pathAndSubprotocolChooseTheDialect();

private:
    std::vector<QJsonObject> say(Wire wire, ChainEventBody body, const StreamFilter &filter) const;

    DialectSet m_dialects;
};

namespace {

QJsonObject object(const std::string &json)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

std::vector<QJsonObject> objects(const std::vector<WireMessage> &messages)
{
    std::vector<QJsonObject> all;
    for (const WireMessage &message : messages)
        all.push_back(object(message.payload));
    return all;
}

QStringList types(const std::vector<QJsonObject> &messages)
{
    QStringList all;
    for (const QJsonObject &message : messages)
        all.append(message["type"_L1].toString());
    return all;
}

/// Peer 3, which is in Iceland, before and after it is somewhere else.
PeersChanged moved(std::optional<GeoPosition> from, std::optional<GeoPosition> to)
{
    Peer before = samples::peers()[0], now = before;
    before.position = from;
    now.position = to;
    return {{{before, now}}, {}};
}

constexpr GeoPosition iceland{64.1466, -21.9426}, fiji{-17.7134, 178.065};
constexpr GeoBounds aroundFiji{-12, -22, -178, 176};

} // namespace

std::vector<QJsonObject> FilteredStreamTest::say(Wire wire, ChainEventBody body, const StreamFilter &filter) const
{
    return objects(
        m_dialects.find(wire)->encode({samples::streamPosition, samples::streamTime, std::move(body), "main"}, &filter));
}

void FilteredStreamTest::onlyAcceptedTransactionsAreTold()
{
    StreamFilter filter;
    filter.txs.emplace().minFeerate = Feerate(10);
    const TransactionsSeen seen{{samples::entry(1, 1410), samples::entry(2, 14), samples::entry(3, 2820)}};
    const auto two = say(Wire::Json, seen, filter);
    QCOMPARE(types(two), QStringList{u"tx.batch"_s});
    QCOMPARE(two[0]["data"_L1].toArray().size(), 2);
    filter.txs->minFeerate = Feerate(15);
    const auto one = say(Wire::Json, seen, filter);
    QCOMPARE(types(one), QStringList{u"tx.seen"_s});
    QCOMPARE(one[0]["data"_L1]["fee"_L1].toInt(), 2820);
    filter.txs->minFeerate = Feerate(21);
    QVERIFY(say(Wire::Json, seen, filter).empty());
}

void FilteredStreamTest::onlyNamedRemovalsAreTold()
{
    const TransactionsRemoved removed{{samples::txid(1), samples::txid(2), samples::txid(3)}, RemovalReason::Mined, {}};
    StreamFilter filter;
    filter.txs.emplace().txids = {samples::txid(2)};
    const auto one = say(Wire::Json, removed, filter);
    QCOMPARE(one.size(), std::size_t(1));
    QCOMPARE(one[0]["data"_L1]["txid"_L1].toString().toStdString(), samples::txid(2).toHex());
    filter.txs->txids = {samples::txid(9)};
    QVERIFY(say(Wire::Json, removed, filter).empty());
}

void FilteredStreamTest::eachChannelHasItsOwnPeers()
{
    StreamFilter filter;
    filter.nodes.emplace().ids = {7};
    const PeersChanged joined{{{std::nullopt, samples::peers()[0]}, {std::nullopt, samples::peers()[1]}}, {3, 9}};
    QStringList told;
    for (const QJsonObject &m : say(Wire::Json, joined, filter))
        told.append(m["channel"_L1].toString() + u' ' + m["type"_L1].toString() + u' ' +
                    QString::number(m["data"_L1]["id"_L1].toInt()));
    QCOMPARE(told, (QStringList{u"network peer.gone 3"_s, u"network peer.gone 9"_s, u"network peer.update 3"_s,
                                u"network peer.update 7"_s, u"nodes peer.update 7"_s}));
}

void FilteredStreamTest::aPeerThatLeavesTheBoundsIsGone()
{
    StreamFilter filter;
    filter.network.emplace().bounds = aroundFiji;
    filter.nodes.emplace().ids = {8};
    const auto left = say(Wire::Json, moved(fiji, iceland), filter);
    QCOMPARE(types(left), QStringList{u"peer.gone"_s});
    QCOMPARE(left[0]["data"_L1], QJsonValue(QJsonObject{{u"id"_s, 3}}));
    QVERIFY(say(Wire::Json, moved(iceland, std::nullopt), filter).empty());
}

void FilteredStreamTest::aPeerThatEntersTheBoundsIsToldWhole()
{
    StreamFilter filter;
    filter.network.emplace().bounds = aroundFiji;
    filter.nodes.emplace().ids = {8};
    const auto entered = say(Wire::Json, moved(iceland, fiji), filter);
    QCOMPARE(types(entered), QStringList{u"peer.update"_s});
    QCOMPARE(entered[0]["data"_L1].toObject().size(), 12);
}

void FilteredStreamTest::nodesAreThoseOfTheFilter()
{
    StreamFilter filter;
    filter.nodes.emplace().bounds = aroundFiji;
    QCOMPARE(types(say(Wire::Nodes, moved(iceland, fiji), filter)),
             (QStringList{u"node_update"_s, u"position_update"_s, u"telemetry_update"_s}));
    QVERIFY(say(Wire::Nodes, moved(fiji, iceland), filter).empty());
    const auto within = say(Wire::Nodes, moved(fiji, GeoPosition{-18, -179}), filter);
    QCOMPARE(types(within), QStringList{u"position_update"_s});
    QCOMPARE(within[0]["data"_L1].toObject(), (QJsonObject{{u"id"_s, 3}, {u"latitude"_s, -18}, {u"longitude"_s, -179}}));
}

void FilteredStreamTest::nodeMessagesAreThoseAskedFor_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<QStringList>("told");
    const auto row = [](const char *name, unsigned bits, const QStringList &told) {
        QTest::newRow(name) << static_cast<int>(bits) << told;
    };
    const auto bit = [](NodeMessage message) { return static_cast<unsigned>(message); };
    row("all", 0, {u"node_status"_s, u"node_update"_s, u"position_update"_s, u"telemetry_update"_s});
    row("node", bit(NodeMessage::Node), {u"node_update"_s});
    row("position", bit(NodeMessage::Position), {u"position_update"_s});
    row("telemetry", bit(NodeMessage::Telemetry), {u"telemetry_update"_s});
    row("status", bit(NodeMessage::Status), {u"node_status"_s});
    row("message", bit(NodeMessage::Message), {});
    row("two", bit(NodeMessage::Node) | bit(NodeMessage::Position), {u"node_update"_s, u"position_update"_s});
}

void FilteredStreamTest::nodeMessagesAreThoseAskedFor()
{
    QFETCH(int, bits);
    QFETCH(QStringList, told);
    StreamFilter filter;
    filter.nodeMessages = static_cast<std::uint8_t>(bits);
    QCOMPARE(types(say(Wire::Nodes, PeersChanged{{{std::nullopt, samples::peers()[0]}}, {}}, filter)), told);
    const bool hearsStatus = told.contains(u"node_status"_s);
    QCOMPARE(say(Wire::Nodes, SourceStatusChanged{}, filter).empty(), !hearsStatus);
}

void FilteredStreamTest::snapshotsAreFiltered_data()
{
    QTest::addColumn<Wire>("wire");
    QTest::newRow("json") << Wire::Json;
    QTest::newRow("nodes") << Wire::Nodes;
}

void FilteredStreamTest::snapshotsAreFiltered()
{
    QFETCH(Wire, wire);
    StreamFilter filter;
    filter.nodes.emplace().bounds = GeoBounds{};
    const auto all = objects(m_dialects.find(wire)->encode(samples::streamSnapshot(), {Channel::Nodes}, &filter, 5));
    QCOMPARE(all.size(), std::size_t(1));
    const QJsonValue data = all[0]["data"_L1];
    const QJsonArray nodes = data.isArray() ? data.toArray() : data["nodes"_L1].toArray();
    QCOMPARE(nodes.size(), 1);
    QCOMPARE(nodes[0]["id"_L1].toInt(), 3);
}

void FilteredStreamTest::longListsAreCut_data()
{
    QTest::addColumn<QString>("list");
    for (const char *list : {"seen", "removed", "peers", "gone", "snapshot"})
        QTest::newRow(list) << QString::fromLatin1(list);
}

void FilteredStreamTest::longListsAreCut()
{
    QFETCH(QString, list);
    constexpr int count = 3000;
    TransactionsSeen seen;
    TransactionsRemoved removed;
    PeersChanged peers, gone;
    ChainSnapshot snapshot = samples::streamSnapshot();
    std::vector<Peer> everyone;
    for (int i = 0; i < count; ++i) {
        MempoolEntry e = samples::entry(static_cast<std::uint64_t>(i));
        e.flags = 0xffff;
        e.replaces.assign(static_cast<std::size_t>(i % 100), samples::txid(7));
        seen.entries.push_back(std::move(e));
        removed.txids.push_back(samples::txid(static_cast<std::uint64_t>(i)));
        Peer peer = samples::peers()[0];
        peer.id = i;
        peers.changed.push_back({std::nullopt, peer});
        gone.gone.push_back(i);
        everyone.push_back(peer);
    }
    snapshot.peers = everyone;
    const CanonicalDialect dialect(Encoding::Json);
    const auto event = [](ChainEventBody body) { return ChainEvent{samples::streamPosition, 1, std::move(body), {}}; };
    const std::vector<WireMessage> messages = list == "seen"_L1      ? dialect.encode(event(seen), nullptr)
                                              : list == "removed"_L1 ? dialect.encode(event(removed), nullptr)
                                              : list == "peers"_L1   ? dialect.encode(event(peers), nullptr)
                                              : list == "gone"_L1    ? dialect.encode(event(gone), nullptr)
                                                                     : dialect.encode(snapshot, {Channel::Nodes}, nullptr, 1);
    qsizetype told = 0;
    for (const WireMessage &message : messages) {
        QVERIFY2(message.payload.size() < 64 * 1024, qPrintable(QString::number(message.payload.size())));
        if (message.channel == Channel::Network)
            continue; // the same as on nodes
        const QJsonValue data = object(message.payload)["data"_L1];
        told += data.isArray()                   ? data.toArray().size()
                : data["txids"_L1].isUndefined() ? data["ids"_L1].toArray().size()
                                                 : data["txids"_L1].toArray().size();
    }
    QCOMPARE(told, count);
}

void FilteredStreamTest::transactionsOfABlockAreCutBelowOneMegabyte()
{
    auto transactions = std::make_shared<std::vector<ConfirmedTransaction>>();
    for (std::uint64_t i = 0; i < 20'000; ++i)
        transactions->push_back({samples::txid(i), Satoshi(2'100'000'000'000'000), samples::exampleScript()});
    const BlockConnected connected{std::make_shared<const BlockSummary>(samples::block(7)), transactions};
    const auto messages = IndexerDialect().encode({samples::streamPosition, 1, connected, "main"}, nullptr);
    QVERIFY(messages.size() > 3);
    QCOMPARE(messages[0].channel, Channel::Blocks);
    qsizetype told = 0;
    for (std::size_t i = 1; i < messages.size(); ++i) {
        QCOMPARE(messages[i].channel, Channel::Txs);
        QVERIFY(messages[i].payload.size() <= 1024 * 1024);
        told += object(messages[i].payload)["data"_L1].toArray().size();
    }
    QCOMPARE(told, 20'000);
}

void FilteredStreamTest::stateConflatesAndEventsDoNot_data()
{
    QTest::addColumn<Wire>("wire");
    for (const auto &[name, wire] : wireNames)
        QTest::newRow(name) << wire;
}

/// Two messages that conflate must say the same thing at different times: at most one type on each channel may.
void FilteredStreamTest::stateConflatesAndEventsDoNot()
{
    QFETCH(Wire, wire);
    const Dialect &dialect = *m_dialects.find(wire);
    std::map<Channel, QSet<QByteArray>> conflating;
    for (const samples::NamedEvent &sample : samples::streamEvents()) {
        for (const WireMessage &message : dialect.encode(sample.event, nullptr)) {
            const QString type = object(message.payload)["type"_L1].toString();
            if (message.conflates)
                conflating[message.channel].insert(type.toUtf8());
            QVERIFY(!message.conflates || kindOf(message.channel) == ChannelKind::State);
            QVERIFY(!type.startsWith("peer."_L1) || !message.conflates);
            if (wire == Wire::Json)
                QVERIFY(object(message.payload)["channel"_L1].toString().toStdString().starts_with(channelName(message.channel)));
        }
    }
    for (const auto &[channel, types] : conflating)
        QCOMPARE(types.size(), 1);
}

void FilteredStreamTest::joiningBeforeTheNodeIsHeardTellsHowItStands()
{
    const ChannelSet all{Channel::Tip, Channel::Mempool, Channel::Fees, Channel::Network, Channel::Nodes, Channel::Status};
    const auto told = [&](Wire wire) { return types(objects(m_dialects.find(wire)->encode(ChainSnapshot(), all, nullptr, 1))); };
    QCOMPARE(told(Wire::Json), QStringList{u"status.update"_s});
    QCOMPARE(told(Wire::States), QStringList());
    QCOMPARE(told(Wire::Signals), QStringList{u"system_status"_s});
    QCOMPARE(told(Wire::Nodes), (QStringList{u"snapshot"_s, u"node_status"_s}));
}

void FilteredStreamTest::pathAndSubprotocolChooseTheDialect_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("subprotocol");
    QTest::addColumn<Wire>("wire");
    QTest::newRow("default") << std::string("/ws") << std::string() << Wire::Json;
    QTest::newRow("json") << std::string("/ws") << std::string("tipwatch.v1.json") << Wire::Json;
    QTest::newRow("cbor") << std::string("/socket") << std::string("tipwatch.v1.cbor") << Wire::Cbor;
    QTest::newRow("S1") << std::string("/v1/stream") << std::string() << Wire::Indexer;
    QTest::newRow("S4") << std::string("/api/ws") << std::string() << Wire::Nodes;
}

void FilteredStreamTest::pathAndSubprotocolChooseTheDialect()
{
    QFETCH(std::string, path);
    QFETCH(std::string, subprotocol);
    QFETCH(Wire, wire);
    QCOMPARE(DialectSet::wireFor(path, subprotocol), wire);
}

QTEST_GUILESS_MAIN(FilteredStreamTest)
#include "test_filtered_stream.moc"
