// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever happens on the way, a client that follows the rules of PROTOCOL.md ("Resume") ends with the server's sequence of events and its
// state: random events of a real store, random disconnects, random slow readers.
#include "server/gateway/dialects/canonical_dialect.h"
#include "server/gateway/publisher.h"
#include "server/gateway/session/stream_protocol.h"
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/gateway_fixture.h"
#include "tests/unit/gateway/raw_client.h"

#include <QJsonArray>
#include <QLoggingCategory>

#include <atomic>
#include <map>
#include <random>
#include <thread>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

/// What the stream says on one event channel, as one text per block or transaction: batches and lists are taken apart, so that it does not
/// matter how they were cut.
using Log = std::vector<std::string>;

void addTo(std::map<std::string, Log> &logs, const QJsonObject &message)
{
    const std::string type = message[u"type"_s].toString().toStdString();
    Log &log = logs[message[u"channel"_s].toString().toStdString()];
    const auto add = [&](const QString &what) { log.push_back(type.substr(0, type.find('.') + 3) + " " + what.toStdString()); };
    const QJsonValue data = message[u"data"_s];
    if (data.isArray()) {
        for (const QJsonValue &one : data.toArray())
            log.push_back("tx.seen " + one[u"txid"_s].toString().toStdString());
    } else if (data[u"txids"_s].isArray()) {
        for (const QJsonValue &txid : data[u"txids"_s].toArray())
            log.push_back("tx.removed " + txid.toString().toStdString());
    } else if (type == "tx.seen" || type == "tx.removed") {
        log.push_back(type + " " + data[u"txid"_s].toString().toStdString());
    } else if (type == "chain.reorg") {
        add(QString::number(data[u"depth"_s].toInt()));
    } else {
        log.push_back(type + " " + data[u"hash"_s].toString().toStdString());
    }
}

bool isEvent(const QJsonObject &message)
{
    return message[u"channel"_s] == u"blocks"_s || message[u"channel"_s] == u"txs"_s;
}

bool isFollowed(const QJsonObject &message)
{
    const QJsonValue channel = message[u"channel"_s];
    return isEvent(message) || channel == u"tip"_s || channel == u"mempool"_s || channel == u"projected:0"_s;
}

/// The transactions of a projected block, from the messages of its channel.
class ProjectedView {
public:
    std::map<std::string, std::string> transactions; ///< what is said of each, by txid
    int lists = 0, deltas = 0;

    void take(const QJsonObject &message)
    {
        const QJsonValue data = message[u"data"_s];
        const double seq = message[u"seq"_s].toDouble();
        if (message[u"type"_s] == u"projected.list"_s) {
            ++lists;
            transactions.clear();
            m_seq = seq;
            put(data[u"transactions"_s]);
        } else if (seq >= m_seq) { // else it was said before the list
            ++deltas;
            for (const QJsonValue &txid : data[u"removed"_s].toArray())
                transactions.erase(txid.toString().toStdString());
            put(data[u"added"_s]);
            put(data[u"changed"_s]);
        }
    }

private:
    void put(const QJsonValue &list)
    {
        for (const QJsonValue &one : list.toArray())
            transactions[one[u"txid"_s].toString().toStdString()] = QJsonDocument(one.toObject()).toJson().toStdString();
    }
    double m_seq = 0;
};

/// All that the store announces, as the canonical dialect puts it.
class Truth : public QObject {
public:
    std::map<std::string, Log> logs;
    ProjectedView projected;
    std::uint64_t lastSeq = 0; ///< of what followers hear; the store's own may be that of a channel they did not subscribe to

    explicit Truth(EventBus &bus)
    {
        connect(
            &bus, &EventBus::published, this,
            [this](const ChainEventPtr &event) {
                for (const WireMessage &message : m_dialect.encode(*event, nullptr)) {
                    const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(message.payload)).object();
                    if (isEvent(json))
                        addTo(logs, json);
                    if (json[u"channel"_s] == u"projected:0"_s)
                        projected.take(json);
                    if (isFollowed(json))
                        lastSeq = event->position.seq;
                }
            },
            Qt::DirectConnection);
    }

private:
    const CanonicalDialect m_dialect{Encoding::Json};
};

/// Resumes as PROTOCOL.md says. Runs on a thread of its own.
class Follower {
public:
    Follower(Reactor &reactor, std::uint32_t seed) : m_reactor(reactor), m_random(seed) {}

    std::map<std::string, Log> logs;
    std::map<std::string, QJsonValue> states;
    ProjectedView projected;
    int resumes = 0;
    bool wasLost = false; ///< a resume was not recovered
    std::atomic<bool> hasBegun = false;

    /// Until @p isOver and everything up to @p lastSeq has come.
    void follow(const std::atomic<bool> &isOver, const std::atomic<std::uint64_t> &lastSeq)
    {
        bool isDone = false;
        while (!isDone && !wasLost) {
            auto [client, server] = RawClient::pair(4096);
            m_reactor.adopt({.fd = server, .path = "/ws"});
            subscribe(client);
            // Some stay for long, some read slowly, some leave in the middle of something.
            const int patience = static_cast<int>(m_random() % 400);
            const bool isSlow = m_random() % 3 == 0;
            m_isResumed = false;
            for (int i = 0; !isDone && (isOver || i < patience); ++i) {
                client.setPatience(isOver ? 300 : 20);
                const RawClient::Frame frame = client.readFrame();
                if (frame.opcode == RawClient::silent)
                    isDone = isOver && m_isResumed && m_highest >= lastSeq;
                else if (frame.isEnd() || frame.opcode == 8)
                    break;
                else if (frame.opcode == 1)
                    take(QJsonDocument::fromJson(QByteArray::fromStdString(frame.payload)).object());
                if (isSlow && !isOver && i % 8 == 0)
                    std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
    }

private:
    void subscribe(RawClient &client)
    {
        std::string since;
        if (!m_epoch.empty()) {
            ++resumes;
            since = R"(,"since":{"epoch":")" + m_epoch + R"(","seq":)" + std::to_string(m_position) + "}";
        }
        client.send(textFrame(R"({"op":"subscribe","channels":["tip","blocks","txs","mempool","projected:0"])" + since + "}"));
    }

    void take(const QJsonObject &message)
    {
        const QString type = message[u"type"_s].toString();
        if (type == u"subscribed"_s) {
            m_isResumed = true;
            m_seen.clear();
            const QJsonValue data = message[u"data"_s];
            if (!m_epoch.empty() && !data[u"recovered"_s].toBool())
                wasLost = true;
            if (m_epoch.empty())
                m_position = m_highest = static_cast<std::uint64_t>(data[u"seq"_s].toDouble());
            m_epoch = data[u"epoch"_s].toString().toStdString();
            hasBegun = true;
            return;
        }
        if (!m_isResumed || !message.contains(u"channel"_s))
            return;
        const std::string channel = message[u"channel"_s].toString().toStdString();
        const auto seq = static_cast<std::uint64_t>(message[u"seq"_s].toDouble());
        const bool isMarked = message.contains(u"resume"_s);
        m_highest = std::max(m_highest, seq);
        if (isEvent(message)) {
            const std::pair key(seq, channel);
            const int number = ++m_seen[key];
            if (number > m_have[key]) {
                addTo(logs, message);
                m_have[key] = number;
            }
        } else if (channel == "projected:0") {
            projected.take(message);
        } else {
            states[channel] = message[u"data"_s];
        }
        if (!isMarked) {
            m_position = seq;
            m_have.erase(m_have.begin(), m_have.upper_bound({seq, "~"}));
        }
    }

    Reactor &m_reactor;
    std::mt19937 m_random;
    std::string m_epoch;
    std::uint64_t m_position = 0; ///< to resume from
    std::uint64_t m_highest = 0;
    bool m_isResumed = false;
    std::map<std::pair<std::uint64_t, std::string>, int> m_have; ///< messages beyond the position, which come again,
    std::map<std::pair<std::uint64_t, std::string>, int> m_seen; ///< and how many have come since the last subscribe
};

/// Does something to the chain or the mempool.
class Happenings {
public:
    Happenings(ServedStore &served, std::uint32_t seed) : m_served(served), m_random(seed) {}

    void step()
    {
        const auto draw = m_random() % 100;
        if (draw < 70) {
            for (auto i = m_random() % 5 + 1; i > 0; --i) {
                m_served.see(++m_lastTx);
                m_waiting.push_back(m_lastTx);
            }
        } else if (draw < 80 && !m_waiting.empty()) {
            m_served.store.removeTransaction(ServedStore::txidOf(m_waiting.front()), RemovalReason::Evicted, std::nullopt, 0, 1);
            m_waiting.erase(m_waiting.begin());
        } else if (draw < 84) {
            describeMany();
        } else if (draw < 86) {
            m_served.store.resetMempool({}, 0, 1); // one event with all that waits
            m_waiting.clear();
        } else if (draw < 93) {
            mine();
        } else if (draw < 95) {
            reorganise();
        } else {
            m_served.store.setMempoolLimits({static_cast<std::int64_t>(m_random() % 1000), 300'000'000, Feerate(1)});
        }
    }

private:
    /// One event of several messages.
    void describeMany()
    {
        std::vector<MempoolEntry> entries;
        for (int i = 0; i < 350; ++i) {
            MempoolEntry entry;
            entry.txid = ServedStore::txidOf(++m_lastTx);
            entry.fee = entry.modifiedFee = Satoshi(1000);
            entry.vsize = VBytes(100);
            m_served.store.addTransaction(entry.txid, 0, 1);
            entries.push_back(entry);
            m_waiting.push_back(m_lastTx);
        }
        m_served.store.describeTransactions(std::move(entries));
    }

    BlockSummary next()
    {
        BlockSummary block = ServedStore::blockAt(m_served.store.tipBlock()->height.value + 1);
        block.previousHash = m_served.store.tipBlock()->hash;
        block.hash = ServedStore::hashOf(++m_blocks, 200);
        return block;
    }
    void mine()
    {
        ConnectedBlock block{next(), {}};
        for (int i = 0; i < 50 && !m_waiting.empty(); ++i) {
            block.txids.push_back(ServedStore::txidOf(m_waiting.back()));
            m_waiting.pop_back();
        }
        m_served.store.connectBlock(std::move(block), 1);
    }
    void reorganise()
    {
        m_served.store.disconnectTip(m_served.store.tipBlock()->hash, 1);
        mine();
        mine();
    }

    ServedStore &m_served;
    std::mt19937 m_random;
    std::uint32_t m_lastTx = 0;
    int m_blocks = 1000;
    std::vector<std::uint32_t> m_waiting;
};

} // namespace

class ExactnessTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void whoeverResumesEndsEqual_data();
    void whoeverResumesEndsEqual();
};

void ExactnessTest::whoeverResumesEndsEqual_data()
{
    QTest::addColumn<std::uint32_t>("seed");
    QTest::addColumn<int>("queue");
    QTest::newRow("usual queues") << 1u << 256;
    QTest::newRow("short queues") << 2u << 8;
    QTest::newRow("shortest queues") << 3u << 1;
}

void ExactnessTest::whoeverResumesEndsEqual()
{
    QFETCH(std::uint32_t, seed);
    QFETCH(int, queue);
    ServedStore served;
    served.fill(12);
    Truth truth(served.bus);
    served.store.projectedInterest().want(this, 1);
    ShardLimits limits;
    limits.queue = {static_cast<std::size_t>(queue), 4 * 1024 * 1024};
    limits.deliveryTimeoutMs = 200;
    const StreamProtocol::Needs needs{{}, served.clock};
    const auto reactor = *Reactor::start(
        2, limits, served.clock, [needs] { return std::make_unique<StreamProtocol>(needs); }, [] {});
    Publisher publisher(served.bus, served.store, *reactor, served.clock, 5);

    constexpr std::size_t count = 6;
    std::vector<std::unique_ptr<Follower>> followers;
    std::vector<std::thread> threads;
    std::atomic<bool> isOver = false;
    std::atomic<std::uint64_t> lastSeq = 0;
    const QScopeGuard join([&] {
        isOver = true;
        for (std::thread &thread : threads) {
            if (thread.joinable())
                thread.join();
        }
    });
    for (std::uint32_t i = 0; i < count; ++i) {
        followers.push_back(std::make_unique<Follower>(*reactor, seed * 100 + i));
        threads.emplace_back([&, follower = followers.back().get()] { follower->follow(isOver, lastSeq); });
    }
    for (const auto &follower : followers) // from where on nothing may be missing
        QTRY_VERIFY_WITH_TIMEOUT(follower->hasBegun, 60'000);
    Happenings happenings(served, seed);
    for (int i = 0; i < 1500; ++i) {
        happenings.step();
        if (i % 5 == 0)
            QTest::qWait(1);
    }
    QTest::qWait(200); // the last figures of the mempool and what waits for its batch
    lastSeq = truth.lastSeq;
    isOver = true;
    for (std::thread &thread : threads)
        thread.join();

    int resumes = 0;
    for (const auto &follower : followers) {
        QVERIFY(!follower->wasLost);
        resumes += follower->resumes;
        for (const char *channel : {"blocks", "txs"}) {
            const Log &expected = truth.logs[channel], &got = follower->logs[channel];
            const auto difference = std::mismatch(expected.begin(), expected.end(), got.begin(), got.end());
            QVERIFY2(expected == got, qPrintable(QStringLiteral("%1: %2 of %3, differs at %4")
                                                     .arg(QString::fromLatin1(channel))
                                                     .arg(got.size())
                                                     .arg(expected.size())
                                                     .arg(difference.first - expected.begin())));
        }
        const ChainSnapshotPtr now = served.store.snapshot();
        QCOMPARE(follower->states["tip"][u"hash"_s].toString().toStdString(), now->tip.hash.toHex());
        QCOMPARE(follower->states["mempool"][u"count"_s].toInt(), static_cast<int>(now->mempool.count));
        QVERIFY(follower->projected.transactions == truth.projected.transactions);
        QCOMPARE(follower->projected.transactions.size(), now->projectedTransactions[0]->size());
        QVERIFY(follower->projected.deltas > 20 && follower->projected.lists > 1);
    }
    QVERIFY2(resumes > 20, qPrintable(QString::number(resumes)));
}

QTEST_GUILESS_MAIN(ExactnessTest)
#include "test_exactness.moc"
