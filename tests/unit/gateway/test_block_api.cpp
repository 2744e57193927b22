// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/block_archive.h"
#include "tests/unit/gateway/http_exchange.h"

#include <QLoggingCategory>
#include <QRegularExpression>
#include <QTimer>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

/// A node that knows one old block, of which it has thrown the transactions away if told to be pruned.
class OldNode final : public QObject, public NodeQueries {
public:
    int asked = 0;
    bool isPruned = false;
    std::optional<QueryError> error;

    void transaction(const TxId &, const std::optional<BlockHash> &, Done<TransactionDetailPtr> done) override
    {
        done(tl::unexpected(QueryError{QueryError::Kind::NotSupported, "no"}));
    }
    void block(const BlockName &name, Done<BlockDetailPtr> done) override
    {
        ++asked;
        QTimer::singleShot(0, this, [this, name, done] { done(answer(name)); });
    }
    void scan(const Script &, Progress, Done<ScanResultPtr> done) override
    {
        done(tl::unexpected(QueryError{QueryError::Kind::NotSupported, "no"}));
    }
    void cancelScan() override {}

private:
    QueryAnswer<BlockDetailPtr> answer(const BlockName &name) const
    {
        if (error)
            return tl::unexpected(*error);
        const auto *hash = std::get_if<BlockHash>(&name);
        const BlockSummary old = ServedStore::blockAt(3);
        if (hash ? *hash != old.hash : std::get<Height>(name) != old.height)
            return tl::unexpected(QueryError{QueryError::Kind::NotFound, "There is no such block."});
        auto detail = std::make_shared<BlockDetail>();
        detail->summary = old;
        detail->confirmations = 124;
        for (std::uint32_t n = 0; n < 3 && !isPruned; ++n)
            detail->transactions.push_back({ServedStore::txidOf(500 + n), Weight(400), Satoshi(9), {}});
        return BlockDetailPtr(detail);
    }
};

/// A chain up to block 200, all of it kept until more comes, and a mempool of which a block is made.
struct Served : ServedStore {
    OldNode node;

    Served()
    {
        GatewayConfig config = roomForAll();
        config.httpPort = 0;
        gateway = std::make_unique<Gateway>(config, bus, store, clock, &node);
        fill(200);
    }
    /// Ten sat/vB, an hour ago and longer.
    void see(std::uint32_t n)
    {
        store.addTransaction(txidOf(n), 0, clock.unixMs());
        MempoolEntry entry;
        entry.txid = txidOf(n);
        entry.fee = entry.modifiedFee = Satoshi(1000);
        entry.vsize = VBytes(100);
        entry.weight = Weight(400);
        store.describeTransactions({entry});
    }
    /// Of @p numbers, on the tip.
    BlockPtr mineThese(int height, const std::vector<std::uint32_t> &numbers, std::uint8_t branch = 0, std::uint8_t parent = 0)
    {
        BlockSummary block = blockAt(height);
        block.hash = hashOf(height, branch);
        block.previousHash = hashOf(height - 1, parent);
        block.time = clock.unixMs() / 1000;
        block.txCount = static_cast<std::int32_t>(numbers.size()) + 1;
        block.weight = Weight(4000 + 400 * static_cast<std::int64_t>(numbers.size()));
        std::vector<TxId> txids{txidOf(90'000u + static_cast<std::uint32_t>(height) * 10 + branch)};
        for (const std::uint32_t number : numbers)
            txids.push_back(txidOf(number));
        store.connectBlock({block, txids}, clock.unixMs());
        return store.tipBlock();
    }
};

std::string pathOf(const BlockPtr &block, const std::string &more = {})
{
    return "/api/v1/blocks/" + block->hash.toHex() + more;
}

QString textOf(const TxId &txid)
{
    return QString::fromStdString(txid.toHex());
}

std::string nextOf(const Answer &answer)
{
    static const QRegularExpression link(u"^<([^>]*)>; rel=\"next\"$"_s);
    return link.match(QString::fromUtf8(answer.field("Link"))).captured(1).toStdString();
}

} // namespace

class BlockApiTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }

    void blockIsToldWithAllThatIsKnown()
    {
        Served served;
        for (std::uint32_t n = 1; n <= 10; ++n)
            served.see(n);
        const BlockPtr block = served.mineThese(201, {1, 2, 3, 4, 5, 6, 7, 999});
        QVERIFY(served.start());
        const QJsonObject told = get(served, "/api/v1/blocks/201").object();
        QCOMPARE(told[u"hash"].toString(), QString::fromStdString(block->hash.toHex()));
        QCOMPARE(told[u"confirmations"].toInt(), 1);
        QVERIFY(told[u"nextHash"].isNull());
        QVERIFY(told[u"stale"].isNull());
        QCOMPARE(told[u"sincePrevious"].toInteger(), block->time - ServedStore::blockAt(200).time);
        QCOMPARE(told[u"histogram"].toArray()[0].toArray()[0].toDouble(), 10.0);
        QCOMPARE(told[u"histogram"].toArray()[0].toArray()[1].toInt(), 700);
        QCOMPARE(told[u"matchRate"].toDouble(), 70.0);
        QCOMPARE(told[u"audit"][u"unseen"].toInt(), 1);
        QCOMPARE(told[u"unexpected"].toArray()[0].toString(), textOf(ServedStore::txidOf(999)));
        QCOMPARE(served.node.asked, 0);
        // By its hash it is the same, and the block before knows it.
        QCOMPARE(get(served, pathOf(block)).object(), told);
        QCOMPARE(get(served, "/api/v1/blocks/200").object()[u"nextHash"], told[u"hash"]);
    }

    void transactionsAreReadPageByPage()
    {
        Served served;
        for (std::uint32_t n = 1; n <= 10; ++n)
            served.see(n);
        served.mineThese(201, {1, 2, 3, 4, 5, 6, 7, 999});
        QVERIFY(served.start());
        QStringList txids;
        int pages = 0;
        for (std::string path = "/api/v1/blocks/201/txs?limit=4"; !path.empty(); ++pages) {
            const Answer answer = get(served, path);
            QCOMPARE(answer.status, 200);
            QCOMPARE(answer.field("Tipwatch-Total").toInt(), 9);
            for (const QJsonValue &transaction : answer.array())
                txids << transaction[u"txid"].toString();
            path = nextOf(answer);
        }
        QCOMPARE(pages, 3);
        QCOMPARE(txids.size(), 9);
        QCOMPARE(txids[1], textOf(ServedStore::txidOf(1)));
        const QJsonArray all = get(served, "/api/v1/blocks/201/txs").array();
        QCOMPARE(all[1][u"feerate"].toDouble(), 10.0);
        QCOMPARE(all[1][u"expected"].toBool(), true);
        QCOMPARE(all[8][u"unseen"].toBool(), true);
        QVERIFY(all[8][u"fee"].isNull());
        QVERIFY(get(served, "/api/v1/blocks/201/txs?from=100").array().isEmpty());
    }

    void auditListsWhatItCounts()
    {
        Served served;
        for (std::uint32_t n = 1; n <= 10; ++n)
            served.see(n); // of time 0: old enough
        served.mineThese(201, {1, 2, 3, 4, 5, 6, 7, 999});
        QVERIFY(served.start());
        const QJsonObject audit = get(served, "/api/v1/blocks/201/audit").object();
        QCOMPARE(audit[u"missing"].toInt(), 3);
        QCOMPARE(audit[u"expectedWeight"].toInt(), 4000);
        QCOMPARE(audit[u"matchedWeight"].toInt(), 2800);
        const Answer missing = get(served, "/api/v1/blocks/201/audit/missing?limit=2");
        QCOMPARE(missing.array().size(), 2);
        QCOMPARE(get(served, nextOf(missing)).array().size(), 1);
        QCOMPARE(get(served, "/api/v1/blocks/201/audit/unexpected").array()[0][u"txid"].toString(),
                 textOf(ServedStore::txidOf(999)));
        QCOMPARE(get(served, "/api/v1/blocks/201/audit/unseen").array().size(), 1);
        for (const char *list : {"fresh", "displaced", "prioritised"})
            QVERIFY(get(served, std::string("/api/v1/blocks/201/audit/") + list).array().isEmpty());
        QCOMPARE(get(served, "/api/v1/blocks/201/audit/strange").errorCode(), u"unknown_list"_s);
        QCOMPARE(get(served, "/api/v1/blocks/200/audit").errorCode(), u"no_audit"_s);
        QCOMPARE(get(served, "/api/v1/blocks/200/audit/missing").errorCode(), u"no_audit"_s);
    }

    void staleBlocksAreToldAsSuch()
    {
        Served served;
        served.see(1);
        served.see(2);
        const BlockPtr lost = served.mineThese(201, {1, 2});
        served.store.disconnectTip(lost->hash, 1'700'000'999'000);
        served.see(2);
        const BlockPtr won = served.mineThese(201, {}, 1);
        QVERIFY(served.start());
        const QJsonArray stale = get(served, "/api/v1/blocks?stale=true").array();
        QCOMPARE(stale.size(), 1);
        QCOMPARE(stale[0][u"hash"].toString(), QString::fromStdString(lost->hash.toHex()));
        QCOMPARE(stale[0][u"staleSince"].toDouble(), 1'700'000'999'000.0);
        const QJsonObject told = get(served, pathOf(lost)).object();
        QCOMPARE(told[u"confirmations"].toInt(), -1);
        QCOMPARE(told[u"stale"][u"replacedBy"].toString(), QString::fromStdString(won->hash.toHex()));
        QCOMPARE(get(served, pathOf(lost, "/txs")).array().size(), 3);
        QCOMPARE(get(served, "/api/v1/blocks/201").object()[u"hash"].toString(), QString::fromStdString(won->hash.toHex()));

        const QJsonArray reorgs = get(served, "/api/v1/reorgs").array();
        QCOMPARE(reorgs.size(), 1);
        QCOMPARE(reorgs[0][u"fellOut"][u"count"].toInt(), 2);
        QCOMPARE(reorgs[0][u"fellOut"][u"returned"].toInt(), 1);
        const QJsonArray fellOut = get(served, "/api/v1/reorgs/" + lost->hash.toHex()).array();
        QCOMPARE(fellOut, (QJsonArray{textOf(ServedStore::txidOf(1)), textOf(ServedStore::txidOf(2))}));
        QCOMPARE(get(served, "/api/v1/reorgs/" + won->hash.toHex()).errorCode(), u"unknown_reorg"_s);
        QCOMPARE(get(served, "/api/v1/reorgs/5").errorCode(), u"bad_block"_s);
        QCOMPARE(get(served, "/api/v1/blocks?stale=maybe").errorCode(), u"bad_stale"_s);
    }

    void olderBlocksAreAskedOfTheNode()
    {
        Served served;
        for (int height = 201; height <= 250; ++height)
            served.mineThese(height, {});
        QVERIFY(served.start());
        const QJsonObject told = get(served, "/api/v1/blocks/3").object();
        QCOMPARE(told[u"height"].toInt(), 3);
        QCOMPARE(told[u"confirmations"].toInt(), 124);
        QVERIFY(told[u"histogram"].isNull());
        QVERIFY(told[u"matchRate"].isNull());
        const Answer transactions = get(served, "/api/v1/blocks/3/txs?limit=2");
        QCOMPARE(transactions.array().size(), 2);
        QVERIFY(transactions.array()[0][u"fee"].isNull());
        QVERIFY(transactions.array()[0][u"expected"].isNull());
        QVERIFY(!nextOf(transactions).empty());
        QCOMPARE(served.node.asked, 2);
        // Those that were there before us are known, but not what is in them.
        QCOMPARE(get(served, "/api/v1/blocks/150").status, 200);
        QCOMPARE(served.node.asked, 2);
        QCOMPARE(get(served, "/api/v1/blocks/150/txs").errorCode(), u"not_found"_s);
        QCOMPARE(served.node.asked, 3);
    }

    void prunedBlocksSaySo()
    {
        Served served;
        for (int height = 201; height <= 250; ++height)
            served.mineThese(height, {});
        served.node.isPruned = true;
        QVERIFY(served.start());
        const QJsonObject told = get(served, "/api/v1/blocks/3").object();
        QVERIFY(told[u"note"].toString().contains(u"pruned"_s));
        const Answer transactions = get(served, "/api/v1/blocks/3/txs");
        QCOMPARE(transactions.status, 410);
        QCOMPARE(transactions.errorCode(), u"pruned"_s);
    }

    void whyTheNodeDoesNotTellIsSaid_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        using Kind = QueryError::Kind;
        QTest::newRow("not found") << int(Kind::NotFound) << 404 << u"not_found"_s;
        QTest::newRow("gone") << int(Kind::NodeGone) << 503 << u"node_gone"_s;
        QTest::newRow("busy") << int(Kind::Busy) << 503 << u"busy"_s;
        QTest::newRow("late") << int(Kind::Timeout) << 504 << u"timeout"_s;
        QTest::newRow("pruned") << int(Kind::Pruned) << 410 << u"pruned"_s;
        QTest::newRow("cannot") << int(Kind::NotSupported) << 501 << u"not_supported"_s;
        QTest::newRow("nonsense") << int(Kind::Failed) << 502 << u"failed"_s;
    }
    void whyTheNodeDoesNotTellIsSaid()
    {
        QFETCH(const int, kind);
        QFETCH(const int, status);
        QFETCH(const QString, code);
        Served served;
        served.node.error = QueryError{static_cast<QueryError::Kind>(kind), "A sentence."};
        QVERIFY(served.start());
        const Answer answer = get(served, "/api/v1/blocks/100000");
        QCOMPARE(answer.status, status);
        QCOMPARE(answer.errorCode(), code);
        QCOMPARE(answer.field("Retry-After").isEmpty(), status != 503);
        QVERIFY(!answer.field("Tipwatch-Position").isEmpty());
    }

    void badNamesAndPagesAreExplained_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("code");
        QTest::newRow("name") << u"/api/v1/blocks/latest"_s << u"bad_block"_s;
        QTest::newRow("negative") << u"/api/v1/blocks/-1"_s << u"bad_block"_s;
        QTest::newRow("name of txs") << u"/api/v1/blocks/x/txs"_s << u"bad_block"_s;
        QTest::newRow("name of audit") << u"/api/v1/blocks/x/audit"_s << u"bad_block"_s;
        QTest::newRow("limit 0") << u"/api/v1/blocks/200/txs?limit=0"_s << u"bad_limit"_s;
        QTest::newRow("limit too high") << u"/api/v1/blocks/200/txs?limit=1001"_s << u"bad_limit"_s;
        QTest::newRow("from") << u"/api/v1/blocks/200/txs?from=-1"_s << u"bad_from"_s;
        QTest::newRow("from of audit") << u"/api/v1/blocks/200/audit/missing?from=x"_s << u"bad_from"_s;
    }
    void badNamesAndPagesAreExplained()
    {
        QFETCH(const QString, path);
        QFETCH(const QString, code);
        Served served;
        QVERIFY(served.start());
        const Answer answer = get(served, path.toStdString());
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.errorCode(), code);
        QCOMPARE(served.node.asked, 0);
    }

    void difficultyIsToldOnceTheChainIsKnown()
    {
        ServedStore served;
        QVERIFY(served.start());
        QCOMPARE(get(served, "/api/v1/difficulty").errorCode(), u"not_known_yet"_s);
        served.fill(148);
        const QJsonObject told = get(served, "/api/v1/difficulty").object();
        QCOMPARE(told[u"height"].toInt(), 148);
        QCOMPARE(told[u"retargets"].toBool(), false);
        QCOMPARE(told[u"halving"][u"blocksLeft"].toInt(), 2);
    }
};

QTEST_GUILESS_MAIN(BlockApiTest)
#include "test_block_api.moc"
