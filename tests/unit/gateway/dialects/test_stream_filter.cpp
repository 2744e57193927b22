// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/stream_filter.h"
#include "tests/support/domain_samples.h"
#include "tests/unit/gateway/dialects/stream_samples.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace tipwatch;

Q_DECLARE_METATYPE(tipwatch::TxFilter)
Q_DECLARE_METATYPE(tipwatch::GeoBounds)
Q_DECLARE_METATYPE(tipwatch::PeerFilter)

class StreamFilterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void transactions_data();
    void transactions();
    void anUnseenTransactionPaysToNobodyKnown();
    void removalsAreToldByIdOnly();
    void bounds_data();
    void bounds();
    void peers_data();
    void peers();
    void keysDifferIfAndOnlyIfFiltersDo();
    void replacingKeepsWhatOtherChannelsHave();
    void onlyWhatItConcernsIsEncodedApart();
};

namespace {

TxFilter filterOf(void (*set)(TxFilter &))
{
    TxFilter filter;
    set(filter);
    return filter;
}

MempoolEntry paying()
{
    MempoolEntry e = samples::entry(1, 1410, 141); // 10 sat/vB
    e.value = Satoshi(5'000);
    e.set(TxFlag::Segwit);
    e.set(TxFlag::SignalsRbf);
    e.paysTo = std::make_shared<const std::vector<TransactionOutput>>(
        std::vector<TransactionOutput>{{Satoshi(1'000), {0x6a}}, {Satoshi(4'000), samples::exampleScript()}});
    return e;
}

std::vector<TxId> sorted(std::vector<TxId> ids)
{
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace

void StreamFilterTest::transactions_data()
{
    QTest::addColumn<TxFilter>("filter");
    QTest::addColumn<bool>("accepted");
    const auto row = [](const char *name, bool accepted, void (*set)(TxFilter &)) {
        QTest::newRow(name) << filterOf(set) << accepted;
    };
    row("nothing set", true, [](TxFilter &) {});
    row("feerate reached", true, [](TxFilter &f) { f.minFeerate = Feerate(10); });
    row("feerate missed", false, [](TxFilter &f) { f.minFeerate = Feerate(10.001); });
    row("value reached", true, [](TxFilter &f) { f.minValue = Satoshi(5'000); });
    row("value missed", false, [](TxFilter &f) { f.minValue = Satoshi(5'001); });
    row("flag set", true, [](TxFilter &f) { f.flags = static_cast<std::uint16_t>(TxFlag::Segwit); });
    row("both flags set", true, [](TxFilter &f) {
        f.flags = static_cast<std::uint16_t>(TxFlag::Segwit) | static_cast<std::uint16_t>(TxFlag::SignalsRbf);
    });
    row("one of two flags set", false,
        [](TxFilter &f) { f.flags = static_cast<std::uint16_t>(TxFlag::Segwit) | static_cast<std::uint16_t>(TxFlag::Taproot); });
    row("paid to", true, [](TxFilter &f) { f.scripts = {samples::exampleScript(), {0x51}}; });
    row("not paid to", false, [](TxFilter &f) { f.scripts = {{0x51}}; });
    row("named", true, [](TxFilter &f) { f.txids = sorted({samples::txid(1), samples::txid(2), samples::txid(3)}); });
    row("not named", false, [](TxFilter &f) { f.txids = {samples::txid(2)}; });
    row("all reached", true, [](TxFilter &f) {
        f.minFeerate = Feerate(1);
        f.minValue = Satoshi(1);
        f.scripts = {samples::exampleScript()};
        f.txids = {samples::txid(1)};
    });
    row("all but one reached", false, [](TxFilter &f) {
        f.minFeerate = Feerate(1);
        f.minValue = Satoshi(1);
        f.scripts = {{0x51}};
        f.txids = {samples::txid(1)};
    });
}

void StreamFilterTest::transactions()
{
    QFETCH(TxFilter, filter);
    QFETCH(bool, accepted);
    QCOMPARE(filter.accepts(paying()), accepted);
}

void StreamFilterTest::anUnseenTransactionPaysToNobodyKnown()
{
    const MempoolEntry unseen = samples::entry(1);
    TxFilter byScript, byValue;
    byScript.scripts = {samples::exampleScript()};
    byValue.minValue = Satoshi(0);
    QVERIFY(!byScript.accepts(unseen));
    QVERIFY(!byValue.accepts(unseen));
}

void StreamFilterTest::removalsAreToldByIdOnly()
{
    TxFilter byFeerate, byId;
    byFeerate.minFeerate = Feerate(1000);
    byId.txids = {samples::txid(1)};
    QVERIFY(byFeerate.acceptsRemoval(samples::txid(1)));
    QVERIFY(byId.acceptsRemoval(samples::txid(1)));
    QVERIFY(!byId.acceptsRemoval(samples::txid(2)));
}

void StreamFilterTest::bounds_data()
{
    QTest::addColumn<GeoBounds>("bounds");
    QTest::addColumn<double>("latitude");
    QTest::addColumn<double>("longitude");
    QTest::addColumn<bool>("inside");
    const GeoBounds iceland{67, 63, -13, -25}, fiji{-12, -22, -178, 176}, world{};
    QTest::newRow("inside") << iceland << 64.1 << -21.9 << true;
    QTest::newRow("too far north") << iceland << 67.1 << -21.9 << false;
    QTest::newRow("too far south") << iceland << 62.9 << -21.9 << false;
    QTest::newRow("too far east") << iceland << 64.1 << -12.9 << false;
    QTest::newRow("too far west") << iceland << 64.1 << -25.1 << false;
    QTest::newRow("on the corner") << iceland << 67.0 << -25.0 << true;
    QTest::newRow("date line, west of it") << fiji << -18.0 << 178.0 << true;
    QTest::newRow("date line, east of it") << fiji << -18.0 << -179.0 << true;
    QTest::newRow("on the date line from the west") << fiji << -18.0 << 180.0 << true;
    QTest::newRow("on the date line from the east") << fiji << -18.0 << -180.0 << true;
    QTest::newRow("date line, beyond the east edge") << fiji << -18.0 << -177.0 << false;
    QTest::newRow("date line, beyond the west edge") << fiji << -18.0 << 175.0 << false;
    QTest::newRow("date line, other side of the earth") << fiji << -18.0 << 0.0 << false;
    QTest::newRow("date line, too far north") << fiji << -11.0 << 178.0 << false;
    QTest::newRow("the world") << world << -90.0 << -180.0 << true;
    QTest::newRow("a line") << GeoBounds{90, -90, 10, 10} << 0.0 << 10.0 << true;
}

void StreamFilterTest::bounds()
{
    QFETCH(GeoBounds, bounds);
    QFETCH(double, latitude);
    QFETCH(double, longitude);
    QFETCH(bool, inside);
    QCOMPARE(bounds.contains({latitude, longitude}), inside);
}

void StreamFilterTest::peers_data()
{
    QTest::addColumn<PeerFilter>("filter");
    QTest::addColumn<bool>("located");
    QTest::addColumn<bool>("hidden");
    QTest::newRow("nothing set") << PeerFilter{} << true << true;
    QTest::newRow("one by id") << PeerFilter{{7}, {}} << false << true;
    QTest::newRow("both by id") << PeerFilter{{3, 7, 9}, {}} << true << true;
    QTest::newRow("the whole world has no place for those without") << PeerFilter{{}, GeoBounds{}} << true << false;
    QTest::newRow("elsewhere") << PeerFilter{{}, GeoBounds{10, 0, 10, 0}} << false << false;
    QTest::newRow("there, but another") << PeerFilter{{7}, GeoBounds{}} << false << false;
}

void StreamFilterTest::peers()
{
    QFETCH(PeerFilter, filter);
    QFETCH(bool, located);
    QFETCH(bool, hidden);
    QCOMPARE(filter.accepts(samples::peers()[0]), located);
    QCOMPARE(filter.accepts(samples::peers()[1]), hidden);
}

void StreamFilterTest::keysDifferIfAndOnlyIfFiltersDo()
{
    std::vector<StreamFilter> filters(1);
    const auto add = [&](auto set) {
        StreamFilter filter;
        set(filter);
        filters.push_back(filter);
    };
    add([](StreamFilter &f) { f.txs.emplace(); });
    add([](StreamFilter &f) { f.txs.emplace().minFeerate = Feerate(1); });
    add([](StreamFilter &f) { f.txs.emplace().minFeerate = Feerate(2); });
    add([](StreamFilter &f) { f.txs.emplace().minValue = Satoshi(1); });
    add([](StreamFilter &f) { f.txs.emplace().flags = 1; });
    add([](StreamFilter &f) { f.txs.emplace().scripts = {{1, 2}, {3}}; });
    add([](StreamFilter &f) { f.txs.emplace().scripts = {{1}, {2, 3}}; });
    add([](StreamFilter &f) { f.txs.emplace().scripts = {{1, 2, 3}}; });
    add([](StreamFilter &f) { f.txs.emplace().txids = {samples::txid(1)}; });
    add([](StreamFilter &f) { f.network.emplace().ids = {1}; });
    add([](StreamFilter &f) { f.nodes.emplace().ids = {1}; });
    add([](StreamFilter &f) { f.nodes.emplace().ids = {1, 2}; });
    add([](StreamFilter &f) { f.nodes.emplace().bounds = GeoBounds{}; });
    add([](StreamFilter &f) { f.nodes.emplace().bounds = GeoBounds{1, 0, 1, 0}; });
    add([](StreamFilter &f) { f.nodeMessages = 1; });
    std::set<std::string> keys;
    for (const StreamFilter &filter : filters) {
        QVERIFY(keys.insert(filter.key()).second);
        QCOMPARE(StreamFilter(filter).key(), filter.key());
    }
    QVERIFY(filters[0].isEmpty());
    QVERIFY(!filters[2].isEmpty());
}

void StreamFilterTest::replacingKeepsWhatOtherChannelsHave()
{
    StreamFilter filter, other;
    filter.txs.emplace().flags = 1;
    filter.network.emplace().ids = {1};
    filter.nodes.emplace().ids = {2};
    filter.nodeMessages = 3;
    other.network.emplace().ids = {9};

    StreamFilter changed = filter;
    changed.replace({Channel::Network, Channel::Tip}, other);
    QCOMPARE(changed.network, other.network);
    QCOMPARE(changed.txs, filter.txs);
    QCOMPARE(changed.nodes, filter.nodes);
    changed.replace({Channel::Txs, Channel::Nodes}, other);
    QVERIFY(!changed.txs && !changed.nodes && changed.nodeMessages == 0);
}

void StreamFilterTest::onlyWhatItConcernsIsEncodedApart()
{
    StreamFilter txs, peers, types;
    txs.txs.emplace();
    peers.network.emplace();
    types.nodeMessages = 1;
    for (const samples::NamedEvent &sample : samples::streamEvents()) {
        const auto &body = sample.event.body;
        const bool isOfTxs = std::holds_alternative<TransactionsSeen>(body) || std::holds_alternative<TransactionsRemoved>(body);
        const bool isOfPeers = std::holds_alternative<PeersChanged>(body);
        QCOMPARE(txs.concerns(sample.event), isOfTxs);
        QCOMPARE(peers.concerns(sample.event), isOfPeers);
        QCOMPARE(types.concerns(sample.event), isOfPeers || std::holds_alternative<SourceStatusChanged>(body));
        QVERIFY(!StreamFilter().concerns(sample.event));
    }
}

QTEST_GUILESS_MAIN(StreamFilterTest)
#include "test_stream_filter.moc"
