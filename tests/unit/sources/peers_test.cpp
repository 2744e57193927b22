// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/peer_locator.h"
#include "server/sources/simulated/simulated_peers.h"
#include "tests/support/fake_node.h"
#include "tests/support/fixture.h"
#include "tests/support/source_under_test.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 15'000; // ms

const std::string cities = TIPWATCH_FIXTURES "/geoip/cities.mmdb";

JsonElement parse(const QByteArray &json)
{
    static simdjson::dom::parser parser;
    return parser.parse(json.constData(), static_cast<std::size_t>(json.size())).value();
}

QByteArray problemOf(const Result<std::vector<Peer>> &peers)
{
    return peers ? "nothing wrong" : QByteArray::fromStdString(peers.error().message);
}

/// As the node told it in the recording, cut to what is of interest.
const QByteArray known =
    R"({"id":4,"addr":"192.0.2.7:8333","network":"ipv4","bytessent":2000,"bytesrecv":1000,"conntime":1768842567,)"
    R"("pingtime":0.0425,"subver":"/Satoshi:31.0.0/","inbound":false,"synced_blocks":840000,)"
    R"("connection_type":"outbound-full-relay"})";

QJsonObject peerInfo(int id, const QString &address, qint64 received = 0)
{
    return {{u"id"_s, id},          {u"addr"_s, address}, {u"network"_s, u"ipv4"_s}, {u"bytesrecv"_s, received},
            {u"bytessent"_s, 0},    {u"conntime"_s, 1},   {u"inbound"_s, false},     {u"subver"_s, u"/Satoshi:31.0.0/"_s},
            {u"synced_blocks"_s, 7}};
}

} // namespace

/// The node's peers, from its words to the store, and where on the earth they are.
class PeersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void peerIsUnderstood()
    {
        const auto peers = parsePeers(parse('[' + known + ']'));
        QVERIFY2(peers, problemOf(peers));
        Peer expected;
        expected.id = 4;
        expected.address = "192.0.2.7:8333";
        expected.network = "ipv4";
        expected.subversion = "/Satoshi:31.0.0/";
        expected.connectionType = "outbound-full-relay";
        expected.connectedAt = 1768842567;
        expected.bytesIn = 1000;
        expected.bytesOut = 2000;
        expected.pingMs = 42.5;
        expected.syncedBlocks = Height(840'000);
        QVERIFY(peers->size() == 1 && peers->front() == expected);
    }

    void recordedPeersAreUnderstood()
    {
        int checked = 0;
        for (const QByteArray &line : fixtureLines("truth.jsonl")) {
            JsonElement answer;
            if (parse(line)["rpc"]["getpeerinfo"].get(answer) != simdjson::SUCCESS)
                continue;
            const auto peers = parsePeers(answer);
            QVERIFY2(peers, problemOf(peers));
            for (const Peer &peer : *peers) {
                QCOMPARE(peer.network, std::string("not_publicly_routable"));
                QCOMPARE(peer.connectionType, std::string("manual"));
                QCOMPARE(peer.subversion, std::string("/Satoshi:31.99.0/"));
                QVERIFY(peer.bytesIn > 0 && peer.bytesOut > 0 && peer.connectedAt > 1'700'000'000);
                ++checked;
            }
        }
        QVERIFY(checked > 5);
    }

    /// Core 0.20 knew neither network nor connection_type; a peer that has not answered yet has no ping.
    void olderNodesTellLess_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<QByteArray>("network");
        QTest::newRow("IPv4") << QByteArray("192.0.2.7:8333") << QByteArray("ipv4");
        QTest::newRow("IPv6") << QByteArray("[2001:db8::7]:8333") << QByteArray("ipv6");
        QTest::newRow("Tor") << QByteArray("kpgvmscirrdqpekbqjsvw5teanhatztpp2gl6eee4zkowvwfxwenqaid.onion:8333")
                             << QByteArray("onion");
        QTest::newRow("I2P") << QByteArray("ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0") << QByteArray("i2p");
        QTest::newRow("a name, added by hand") << QByteArray("node.example") << QByteArray("ipv4");
    }
    void olderNodesTellLess()
    {
        QFETCH(QByteArray, address);
        QFETCH(QByteArray, network);
        const auto peers = parsePeers(
            parse(R"([{"id":0,"addr":")" + address + R"(","bytessent":0,"bytesrecv":0,"conntime":1,"inbound":true}])"));
        QVERIFY2(peers, problemOf(peers));
        const Peer &peer = peers->front();
        QCOMPARE(peer.network, network.toStdString());
        QVERIFY(peer.inbound && peer.connectionType.empty() && peer.subversion.empty());
        QCOMPARE(peer.pingMs, -1.0);
        QCOMPARE(peer.syncedBlocks, unknownHeight);
    }

    void oddPeersAreNamed_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("problem");
        const auto broken = [](const char *before, const char *after) {
            return '[' + QByteArray(known).replace(before, after) + ']';
        };
        QTest::newRow("no list") << QByteArray("{}") << QByteArray("getpeerinfo: the answer is not a list");
        QTest::newRow("no object") << QByteArray("[7]") << QByteArray("getpeerinfo: the answer is not an object");
        QTest::newRow("no id") << broken("\"id\":4,", "") << QByteArray("getpeerinfo: \"id\" is missing");
        QTest::newRow("ping") << broken("0.0425", "\"x\"") << QByteArray("getpeerinfo: \"pingtime\" should be a number");
        QTest::newRow("negative traffic") << broken("1000", "-1")
                                          << QByteArray("getpeerinfo: \"bytesrecv\" should be an integer in range");
    }
    void oddPeersAreNamed()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, problem);
        QCOMPARE(problemOf(parsePeers(parse(answer))), problem);
    }

    // --- from the node to the store

    void peersReachTheStore()
    {
        FakeNode node;
        node.peers = {peerInfo(0, u"192.0.2.1:8333"_s), peerInfo(3, u"198.51.100.200:8333"_s)};
        SourceUnderTest under(node.config());
        under.locator = *PeerLocator::open(cities);
        QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->peers.size(), std::size_t(2), patience);
        QVERIFY(under.store.snapshot()->peers[0].position == (GeoPosition{47.37, 8.54}));
        QVERIFY(under.store.snapshot()->peers[1].position == (GeoPosition{-17.71, -178.06}));
    }

    /// The number of connections was another than at the last look, so there is another one soon, not ten seconds later.
    void newPeersAreAskedForSoon()
    {
        FakeNode node;
        SourceUnderTest under(node.config());
        QTRY_VERIFY_WITH_TIMEOUT(node.calls[u"getpeerinfo"_s] == 1, patience);
        node.peers = {peerInfo(0, u"192.0.2.1:8333"_s)};
        QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->peers.size(), std::size_t(1), patience);
        QVERIFY(node.calls[u"getmempoolinfo"_s] < 3); // asked every five seconds
    }

    void nodeThatDoesNotTellItsPeersIsOfUseAllTheSame()
    {
        FakeNode node;
        node.methodErrors[u"getpeerinfo"_s] = {{u"code"_s, -32601}, {u"message"_s, u"Method not found"_s}};
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"peers.unknown why="_s));
        SourceUnderTest under(node.config());
        QTRY_VERIFY_WITH_TIMEOUT(under.isExact(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(under.store.snapshot()->network.peers, 10, patience);
        QVERIFY(under.store.snapshot()->peers.empty());
    }

    // --- places

    void positions_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<bool>("isKnown");
        QTest::addColumn<double>("latitude");
        QTest::addColumn<double>("longitude");
        const auto known = [](const char *address, double latitude, double longitude) {
            QTest::newRow(address) << QByteArray(address) << true << latitude << longitude;
        };
        const auto unknown = [](const char *why, const char *address) {
            QTest::newRow(why) << QByteArray(address) << false << 0.0 << 0.0;
        };
        known("192.0.2.1:8333", 47.37, 8.54);
        known("192.0.2.255", 47.37, 8.54);
        known("198.51.100.127:1", -36.85, 174.76);
        known("198.51.100.128:65535", -17.71, -178.06);
        known("[2001:db8::1]:8333", 64.15, -21.94);
        known("[2001:db8:ffff::1]:8333", -33.45, -70.67);
        known("2001:db8::1", 64.15, -21.94);
        unknown("not in the database", "8.8.8.8:8333");
        unknown("without a position there", "203.0.113.1:8333");
        unknown("with a position that is none", "203.0.113.64:8333");
        unknown("with a position of another type", "203.0.113.200:8333");
        unknown("private", "10.1.2.3:8333");
        unknown("private in IPv6", "[fd00::1]:8333");
        unknown("CJDNS", "[fc00:3344::1]:8333");
        unknown("this machine", "127.0.0.1:8333");
        unknown("Tor", "kpgvmscirrdqpekbqjsvw5teanhatztpp2gl6eee4zkowvwfxwenqaid.onion:8333");
        unknown("I2P", "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0");
        unknown("a name", "node.example:8333");
        unknown("nothing", "");
        unknown("a bracket", "[");
        unknown("brackets", "[]:8333");
        unknown("a port", ":8333");
        unknown("a number", "3221225985");
        unknown("a short number", "192.514:8333");
        unknown("not UTF-8", "\xff\xfe:1");
    }
    void positions()
    {
        QFETCH(QByteArray, address);
        QFETCH(bool, isKnown);
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        auto locator = PeerLocator::open(cities);
        QVERIFY2(locator, locator ? "" : locator.error().message.c_str());
        for (int time = 0; time < 2; ++time) { // found, then remembered
            const auto position = locator->positionOf(address.toStdString());
            QCOMPARE(position.has_value(), isKnown);
            QVERIFY(!isKnown || *position == (GeoPosition{latitude, longitude}));
        }
        QVERIFY(!PeerLocator().positionOf(address.toStdString()));
        QVERIFY(!PeerLocator::open("")->positionOf(address.toStdString()));
    }

    void manyPeersAreLocated()
    {
        auto locator = *PeerLocator::open(cities);
        std::vector<Peer> peers(20'000);
        for (std::size_t i = 0; i < peers.size(); ++i) {
            peers[i].address = "192.0.2.1:" + std::to_string(i);
            peers[i].position = GeoPosition{1, 1}; // from before
        }
        peers.back().address = "8.8.8.8:1";
        locator.locate(peers);
        QVERIFY(std::all_of(peers.begin(), peers.end() - 1, [](const Peer &p) { return p.position->latitude == 47.37; }));
        QVERIFY(!peers.back().position);
    }

    void uselessDatabasesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("contents");
        QTest::addColumn<QByteArray>("why");
        QFile file(QString::fromStdString(cities));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        QFile countries(QStringLiteral(TIPWATCH_FIXTURES "/geoip/countries.mmdb"));
        QVERIFY(countries.open(QIODevice::ReadOnly));
        QTest::newRow("empty") << QByteArray("") << QByteArray("MaxMind");
        QTest::newRow("something else") << QByteArray(5000, 'x') << QByteArray("invalid metadata");
        QTest::newRow("beginning only") << whole.left(1000) << QByteArray("invalid metadata");
        QTest::newRow("end only") << whole.right(250) << QByteArray("");
        QTest::newRow("countries") << countries.readAll() << QByteArray("no positions, being of the type Tipwatch-Test-Country");
    }
    void uselessDatabasesAreRefused()
    {
        QFETCH(QByteArray, contents);
        QFETCH(QByteArray, why);
        QTemporaryDir directory;
        QFile file(directory.filePath(u"peers.mmdb"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(contents);
        file.close();
        const auto locator = PeerLocator::open(file.fileName().toStdString());
        QVERIFY(!locator);
        const QByteArray message = QByteArray::fromStdString(locator.error().message);
        QVERIFY2(message.startsWith('"' + file.fileName().toUtf8() + "\" cannot be used: "), message);
        QVERIFY2(message.contains(why) && message.endsWith("; accepted: a database of cities in MaxMind's format"), message);
    }

    void missingDatabaseIsRefused()
    {
        const auto locator = PeerLocator::open("/no/such.mmdb");
        QVERIFY(!locator);
        QCOMPARE(locator.error().message, std::string("\"/no/such.mmdb\" cannot be used: No such file or directory; accepted: a "
                                                      "database of cities in MaxMind's format"));
    }

    /// Whatever is changed in the file, the answer is a place on the earth, or none.
    void damagedDatabaseIsSurvived()
    {
        QFile file(QString::fromStdString(cities));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        QTemporaryDir directory;
        for (qsizetype at = 0; at < whole.size(); at += 3) {
            QByteArray damaged = whole;
            damaged[at] = static_cast<char>(~damaged[at]);
            QFile copy(directory.filePath(QString::number(at)));
            QVERIFY(copy.open(QIODevice::WriteOnly));
            copy.write(damaged);
            copy.close();
            auto locator = PeerLocator::open(copy.fileName().toStdString());
            for (const char *address : {"192.0.2.1:1", "198.51.100.200:1", "203.0.113.9:1", "[2001:db8::1]:1"}) {
                const auto position = locator ? locator->positionOf(address) : std::nullopt;
                QVERIFY(!position || (std::abs(position->latitude) <= 90 && std::abs(position->longitude) <= 180));
            }
            copy.remove();
        }
    }

    // --- simulated

    void simulatedPeersAreBelievable()
    {
        constexpr std::int64_t start = 1'795'132'800;
        simulated::SimulatedPeers crowd(7, start, Height(900'000));
        auto locator = *PeerLocator::open(cities);
        std::set<std::int64_t> everSeen;
        std::map<std::string, int> networks, versions;
        std::size_t arrivals = 0, departures = 0;
        std::set<std::int64_t> before;
        for (int step = 0; step < 2000; ++step) {
            const std::int64_t now = start + step * 10;
            std::set<std::int64_t> ids;
            std::int64_t inbound = 0, last = -1;
            for (const Peer &peer : crowd.peers()) {
                QVERIFY(peer.id > last);
                last = peer.id;
                ids.insert(peer.id);
                inbound += peer.inbound;
                QCOMPARE(peer.connectionType == "inbound", peer.inbound);
                QVERIFY(peer.connectedAt <= now && peer.bytesIn >= 0 && peer.bytesOut >= 0);
                QVERIFY(peer.pingMs == -1 || (peer.pingMs > 1 && peer.pingMs < 10'000));
                QVERIFY(peer.syncedBlocks == unknownHeight || peer.syncedBlocks >= Height(900'000));
                if (peer.network == "ipv4" || peer.network == "ipv6") {
                    const bool example = peer.address.starts_with("192.0.2.") || peer.address.starts_with("198.51.100.") ||
                                         peer.address.starts_with("203.0.113.") || peer.address.starts_with("[2001:db8:");
                    QVERIFY2(example, peer.address.c_str());
                }
                if (everSeen.insert(peer.id).second) {
                    ++networks[peer.network];
                    ++versions[peer.subversion];
                }
            }
            QCOMPARE(crowd.info().inbound, inbound);
            QCOMPARE(crowd.info().peers, static_cast<std::int32_t>(crowd.peers().size()));
            QVERIFY(crowd.info().outbound >= 8 && crowd.info().outbound <= 10);
            for (const std::int64_t id : before)
                departures += !ids.contains(id);
            for (const std::int64_t id : ids)
                arrivals += !before.empty() && !before.contains(id);
            before = ids;
            if (step % 60 == 59)
                crowd.blockRelayed(Height(900'000 + step / 60), 1'700'000);
            crowd.transactionRelayed(300);
            crowd.pass(10, now + 10);
        }
        QVERIFY2(arrivals > 200 && departures > 200, qPrintable(u"%1 came, %2 went"_s.arg(arrivals).arg(departures)));
        QVERIFY(networks["ipv4"] > networks["ipv6"] && networks["ipv6"] > 0 && networks["onion"] > 0 && networks["i2p"] > 0);
        QVERIFY(versions.size() >= 5);
        std::vector<Peer> located = crowd.peers();
        locator.locate(located);
        QVERIFY(std::ranges::any_of(located, [](const Peer &peer) { return peer.position.has_value(); }));
    }

    void simulatedTrafficAddsUp()
    {
        simulated::SimulatedPeers crowd(8, 1'795'132'800, Height(900'000));
        const auto sum = [&] {
            std::int64_t bytes = 0;
            for (const Peer &peer : crowd.peers())
                bytes += peer.bytesIn + peer.bytesOut;
            return bytes;
        };
        const std::int64_t before = sum(), infoBefore = crowd.info().bytesIn + crowd.info().bytesOut;
        crowd.transactionRelayed(1'000'000);
        crowd.pass(0, 1'795'132'800); // nobody comes or goes in no time
        const std::int64_t grown = crowd.info().bytesIn + crowd.info().bytesOut - infoBefore;
        QVERIFY(grown > 1'000'000);
        QVERIFY(std::abs(sum() - before - grown) <= 2 * static_cast<std::int64_t>(crowd.peers().size()));
    }
};

QTEST_GUILESS_MAIN(PeersTest)
#include "peers_test.moc"
