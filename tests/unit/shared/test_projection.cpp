// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/block_projection.h"
#include "shared/mempool/cluster_linearizer.h"
#include "shared/mempool/mempool_graph.h"
#include "tests/support/domain_samples.h"
#include "tests/support/fixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <set>

using namespace tipwatch;
using samples::entry;
using samples::txid;

namespace {

using Transaction = ClusterLinearizer::Transaction;
using Part = ClusterLinearizer::Part;

__int128 cross(std::int64_t feeA, std::int64_t weightA, std::int64_t feeB, std::int64_t weightB)
{
    return static_cast<__int128>(feeA) * weightB - static_cast<__int128>(feeB) * weightA;
}

std::vector<Transaction> randomCluster(std::mt19937 &random, std::size_t size, int parentsOfHundred)
{
    std::vector<Transaction> cluster(size);
    for (std::size_t i = 0; i < size; ++i) {
        cluster[i].weight = 1 + static_cast<std::int32_t>(random() % 20);
        cluster[i].fee = static_cast<std::int64_t>(random() % 60) - (random() % 10 == 0 ? 40 : 0);
        for (std::uint32_t parent = 0; parent < i; ++parent) {
            if (random() % 100 < static_cast<unsigned>(parentsOfHundred))
                cluster[i].parents.push_back(parent);
        }
    }
    return cluster;
}

/// Looks at every set that could be mined next, takes the one of the best feerate, the smallest of these, and goes on with the rest.
std::vector<Part> bestByTrying(const std::vector<Transaction> &cluster)
{
    std::vector<Part> parts;
    const unsigned all = (1u << cluster.size()) - 1;
    for (unsigned done = 0; done != all;) {
        Part best;
        unsigned bestSet = 0;
        for (unsigned set = 1; set <= all; ++set) {
            if ((set & done) != 0)
                continue;
            Part part;
            bool isClosed = true;
            for (std::uint32_t i = 0; i < cluster.size(); ++i) {
                if ((set >> i & 1) == 0)
                    continue;
                part.fee += cluster[i].fee;
                part.weight += cluster[i].weight;
                for (const std::uint32_t parent : cluster[i].parents)
                    isClosed = isClosed && ((set | done) >> parent & 1) != 0;
            }
            if (!isClosed)
                continue;
            const auto gain = bestSet == 0 ? __int128{1} : cross(part.fee, part.weight, best.fee, best.weight);
            if (gain > 0 || (gain == 0 && std::popcount(set) < std::popcount(bestSet))) {
                best = part;
                bestSet = set;
            }
        }
        parts.push_back(best);
        done |= bestSet;
    }
    return parts;
}

/// Fee and weight of what pays the same, one after another.
std::vector<std::pair<std::int64_t, std::int64_t>> diagram(const std::vector<Part> &parts)
{
    std::vector<std::pair<std::int64_t, std::int64_t>> steps;
    for (const Part &part : parts) {
        if (!steps.empty() && cross(steps.back().first, steps.back().second, part.fee, part.weight) == 0) {
            steps.back().first += part.fee;
            steps.back().second += part.weight;
        } else {
            steps.emplace_back(part.fee, part.weight);
        }
    }
    return steps;
}

QByteArray wrongIn(const std::vector<Transaction> &cluster, const std::vector<Part> &parts)
{
    std::vector<int> partOf(cluster.size(), -1);
    for (std::size_t p = 0; p < parts.size(); ++p) {
        std::int64_t fee = 0, weight = 0;
        for (const std::uint32_t member : parts[p].members) {
            if (partOf[member] != -1)
                return "a transaction is there twice";
            partOf[member] = static_cast<int>(p);
            fee += cluster[member].fee;
            weight += cluster[member].weight;
        }
        if (parts[p].members.empty() || fee != parts[p].fee || weight != parts[p].weight)
            return "sums do not add up";
        if (p > 0 && cross(parts[p].fee, parts[p].weight, parts[p - 1].fee, parts[p - 1].weight) > 0)
            return "feerates rise";
    }
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (partOf[i] < 0)
            return "a transaction is missing";
        for (const std::uint32_t parent : cluster[i].parents) {
            if (partOf[parent] > partOf[i])
                return "a child comes before its parent";
        }
    }
    return {};
}

Chunk chunk(double feerate, std::int32_t weight, std::uint32_t id, std::uint32_t count = 1)
{
    Chunk c;
    c.modifiedFee = c.fee = static_cast<std::int64_t>(feerate * weight / 4);
    c.weight = c.prefix = weight;
    c.vsize = (weight + 3) / 4;
    c.count = count;
    c.id = id;
    return c;
}

std::vector<Chunk> allOf(const ChunkIndex &index)
{
    std::vector<Chunk> all;
    for (const ChunkIndex::Run &run : index.runs())
        all.insert(all.end(), run.chunks.begin(), run.chunks.end());
    return all;
}

/// What decides about blocks; which of its members names a chunk does not.
auto essence(const Chunk &c)
{
    return std::tuple(c.modifiedFee, c.fee, c.weight, c.vsize, c.prefix, c.count, c.tie);
}

/// The same as projectBlocks(), one chunk after another.
ProjectedBlocks projectPlainly(std::vector<Chunk> chunks, const BlockFilling &filling)
{
    const auto summary = [](const std::vector<Chunk> &taken) {
        ProjectedBlock block;
        for (const Chunk &c : taken) {
            block.count += c.count;
            block.weight += Weight(c.weight);
            block.vsize += VBytes(c.vsize);
            block.totalFees += Satoshi(c.fee);
        }
        const std::array<double, 7> shares{0, 0.10, 0.25, 0.50, 0.75, 0.90, 1};
        for (std::size_t i = 0; i < shares.size(); ++i) {
            std::int64_t below = 0;
            for (auto c = taken.rbegin(); c != taken.rend(); ++c) {
                below += c->weight;
                if (static_cast<double>(below) >= shares[i] * static_cast<double>(block.weight.value)) {
                    block.feerateRange[i] = Feerate(c->feerate());
                    break;
                }
            }
        }
        return block;
    };
    std::vector<ProjectedBlock> blocks;
    std::sort(chunks.begin(), chunks.end());
    while (blocks.size() < ProjectedBlocks::most) {
        std::vector<Chunk> taken, left;
        std::int64_t room = filling.maxWeight - filling.reservedWeight;
        int failures = 0;
        bool over = false;
        std::set<std::uint32_t> excluded;
        for (const Chunk &c : chunks) {
            over =
                over || c.feerate() < filling.minFeerate || (failures > filling.mostFailures && room < filling.fullEnoughWeight);
            if (over || c.weight >= room || excluded.contains(c.cluster)) {
                left.push_back(c);
                failures += excluded.contains(c.cluster) ? 0 : 1;
                if (c.cluster != Chunk::alone)
                    excluded.insert(c.cluster);
                continue;
            }
            taken.push_back(c);
            room -= c.weight;
            failures = 0;
        }
        if (taken.empty())
            break;
        blocks.push_back(summary(taken));
        chunks = left;
    }
    return {std::move(blocks), summary(chunks)};
}

} // namespace

class TestProjection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // --- clusters into chunks

    void smallClustersAreDividedAsByTryingEverything()
    {
        std::mt19937 random(1);
        ClusterLinearizer linearizer;
        for (int round = 0; round < 4000; ++round) {
            const auto cluster = randomCluster(random, 1 + random() % 9, round % 60);
            const auto parts = linearizer.divide(cluster);
            const QByteArray wrong = wrongIn(cluster, parts);
            QVERIFY2(wrong.isEmpty(), wrong);
            const auto best = bestByTrying(cluster);
            QVERIFY(diagram(parts) == diagram(best));
            QCOMPARE(parts.size(), best.size()); // as small as can be
        }
    }

    void clustersOfEverySizeAreSound_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {16, 40, 63, 64, 65, 100, 256, 257, 3000})
            QTest::addRow("%d", size) << size;
    }
    void clustersOfEverySizeAreSound()
    {
        QFETCH(int, size);
        std::mt19937 random(2);
        ClusterLinearizer linearizer;
        for (int round = 0; round < (size > 64 ? 3 : 200); ++round) {
            const auto cluster = randomCluster(random, static_cast<std::size_t>(size), 1 + round % (size > 64 ? 2 : 25));
            const QByteArray wrong = wrongIn(cluster, linearizer.divide(cluster));
            QVERIFY2(wrong.isEmpty(), wrong);
        }
    }

    void sumsThatPass64BitsAreNoProblem()
    {
        constexpr std::int64_t all = 2'100'000'000'000'000;
        std::vector<Transaction> cluster(64);
        for (std::uint32_t i = 0; i < cluster.size(); ++i) {
            cluster[i] = {i % 2 == 0 ? -all : all, 400'000, 0, {}};
            if (i > 0)
                cluster[i].parents.push_back(i - 1);
        }
        ClusterLinearizer linearizer;
        const auto parts = linearizer.divide(cluster);
        QVERIFY(wrongIn(cluster, parts).isEmpty());
        QCOMPARE(parts.size(), std::size_t(32)); // each child pays for its parent, to the satoshi
    }

    /// What a real node said of every transaction at every step: the chunk it is in, exactly.
    void chunksAreTheNodes()
    {
        MempoolGraph graph;
        std::map<QString, QJsonObject> entries;
        int checked = 0, packages = 0;
        for (const QByteArray &line : fixtureLines("truth.jsonl")) {
            const QJsonObject step = QJsonDocument::fromJson(line).object();
            const QJsonObject difference = step[u"entries"].toObject();
            for (const QJsonValue &gone : difference[u"del"].toArray())
                entries.erase(gone.toString());
            const QJsonObject set = difference[u"set"].toObject();
            for (auto it = set.begin(); it != set.end(); ++it)
                entries[it.key()] = it->toObject();
            follow(graph, entries);
            for (const auto &[txid, told] : entries) {
                const auto ours = graph.chunkOf(TxId::fromHex(txid.toStdString()).value());
                QVERIFY(ours);
                const QString where = step[u"label"].toString() + u' ' + txid;
                QVERIFY2(ours->weight == told[u"chunkweight"].toInt(), qPrintable(where));
                const double fee = told[u"fees"].toObject()[u"chunk"].toDouble();
                QVERIFY2(ours->modifiedFee == std::llround(fee * 1e8), qPrintable(where));
                ++checked;
                packages += ours->count > 1;
            }
        }
        QVERIFY(checked > 2000);
        QVERIFY(packages > 50);
    }

    /// getrawmempool lists in mining order.
    void chunksAreInTheNodesOrder()
    {
        MempoolGraph graph;
        std::map<QString, QJsonObject> entries;
        int chunks = 0;
        for (const QByteArray &line : fixtureLines("truth.jsonl")) {
            const QJsonObject step = QJsonDocument::fromJson(line).object();
            const QJsonObject difference = step[u"entries"].toObject();
            for (const QJsonValue &gone : difference[u"del"].toArray())
                entries.erase(gone.toString());
            const QJsonObject set = difference[u"set"].toObject();
            for (auto it = set.begin(); it != set.end(); ++it)
                entries[it.key()] = it->toObject();
            follow(graph, entries);
            std::vector<std::uint32_t> order;
            for (const QJsonValue &listed : step[u"getrawmempool"].toObject()[u"txids"].toArray()) {
                const auto ours = graph.chunkOf(TxId::fromHex(listed.toString().toStdString()).value());
                QVERIFY(ours);
                if (order.empty() || order.back() != ours->id)
                    order.push_back(ours->id);
            }
            std::vector<std::uint32_t> expected;
            for (const Chunk &c : allOf(graph.chunks()))
                expected.push_back(c.id);
            QVERIFY2(order == expected, qPrintable(step[u"label"].toString()));
            chunks += static_cast<int>(order.size());
        }
        QVERIFY(chunks > 2000);
    }

    // --- kept up to date

    void changesGiveWhatABuildFromNothingGives()
    {
        std::mt19937 random(3);
        MempoolGraph graph;
        std::map<std::uint64_t, MempoolEntry> there;
        std::uint64_t next = 1;
        for (int step = 0; step < 3000; ++step) {
            if (there.size() < 20 || (there.size() < 120 && random() % 2 == 0)) {
                MempoolEntry e =
                    entry(next, static_cast<std::int64_t>(random() % 3000), 100 + static_cast<std::int64_t>(random() % 5));
                e.modifiedFee = e.fee + Satoshi(random() % 10 == 0 ? 5000 : 0);
                for (std::size_t parents = random() % 4; parents > 0 && !there.empty(); --parents) {
                    const auto parent = std::next(there.begin(), static_cast<std::ptrdiff_t>(random() % there.size()));
                    e.parents.push_back(parent->second.txid);
                }
                graph.add(e);
                there.emplace(next++, e);
            } else {
                const auto gone = std::next(there.begin(), static_cast<std::ptrdiff_t>(random() % there.size()));
                graph.remove(gone->second.txid);
                there.erase(gone);
            }
            if (random() % 3 == 0)
                continue; // several changes between two looks
            MempoolGraph anew;
            for (const auto &[number, e] : there)
                anew.add(e);
            const auto kept = allOf(graph.chunks()), built = allOf(anew.chunks());
            QVERIFY(std::ranges::equal(kept, built, {}, essence, essence));
            QCOMPARE(graph.chunks().sums(), anew.chunks().sums());
            QCOMPARE(graph.chunks().sums().count, static_cast<std::int64_t>(there.size()));
        }
    }

    void indexStaysSortedAndSummed()
    {
        std::mt19937 random(4);
        ChunkIndex index;
        std::set<Chunk> model;
        ChunkIndex::Sums sums;
        for (int step = 0; step < 60'000; ++step) {
            const bool grows = step % 20'000 < 12'000;
            if (model.empty() || (random() % 4 != 0) == grows) {
                const Chunk c = chunk(static_cast<double>(random() % 50), 400 + static_cast<std::int32_t>(random() % 9),
                                      static_cast<std::uint32_t>(step));
                index.insert(c);
                model.insert(c);
                sums.add(c);
            } else {
                const auto gone =
                    std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 300)));
                index.erase(*gone);
                sums.add(*gone, -1);
                model.erase(gone);
            }
            if (step % 997 != 0)
                continue;
            QVERIFY(std::ranges::equal(allOf(index), model));
            QCOMPARE(index.sums(), sums);
            ChunkIndex::Sums added;
            for (const ChunkIndex::Run &run : index.runs()) {
                QVERIFY(!run.chunks.empty());
                added.add(run.sums);
            }
            QCOMPARE(added, sums);
        }
        QVERIFY(index.runs().size() < 4 * model.size() / 64 + 4);
    }

    // --- blocks

    void blocksAreFilledAsPlainly_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("mostWeight");
        QTest::addColumn<qint64>("maxWeight");
        QTest::newRow("nothing") << 0 << 1000 << qint64(4'000'000);
        QTest::newRow("less than a block") << 50 << 2000 << qint64(4'000'000);
        QTest::newRow("all fit into some") << 6'000 << 3000 << qint64(4'000'000);
        QTest::newRow("more than eight") << 40'000 << 3000 << qint64(4'000'000);
        QTest::newRow("some are large") << 3'000 << 400'000 << qint64(4'000'000);
        QTest::newRow("some fit into no block") << 3'000 << 60'000 << qint64(50'000);
    }
    void blocksAreFilledAsPlainly()
    {
        QFETCH(int, count);
        QFETCH(int, mostWeight);
        QFETCH(qint64, maxWeight);
        std::mt19937 random(5);
        ChunkIndex index;
        for (int i = 0; i < count; ++i) {
            const auto weight = random() % 8 == 0 ? 400 + static_cast<std::int32_t>(random() % static_cast<unsigned>(mostWeight))
                                                  : 561 + static_cast<std::int32_t>(random() % 100);
            const double feerate = random() % 50 == 0 ? -1 : static_cast<double>(random() % 4000) / 100;
            Chunk next = chunk(feerate, weight, static_cast<std::uint32_t>(i), 1 + static_cast<std::uint32_t>(random() % 3));
            if (random() % 4 == 0)
                next.cluster = static_cast<std::uint32_t>(random() % static_cast<unsigned>(count / 10 + 1));
            index.insert(next);
        }
        BlockFilling filling;
        filling.maxWeight = maxWeight;
        const ProjectedBlocks ours = projectBlocks(index, filling), plain = projectPlainly(allOf(index), filling);
        QCOMPARE(ours.blocks.size(), plain.blocks.size());
        for (std::size_t i = 0; i < plain.blocks.size(); ++i)
            QVERIFY2(ours.blocks[i] == plain.blocks[i], qPrintable(QString::number(i)));
        QVERIFY(ours.rest == plain.rest);
    }

    void blockTellsWhatIsInIt()
    {
        MempoolGraph graph;
        graph.add(entry(1, 10'000, 100));           // 100 sat/vB
        graph.add(entry(2, 100, 100));              // 1 sat/vB, with
        graph.add(entry(3, 5'900, 100, {txid(2)})); // its child 30
        graph.add(entry(4, 200, 200));              // 1
        const ProjectedBlocks projected = projectBlocks(graph.chunks());
        QCOMPARE(projected.blocks.size(), std::size_t(1));
        const ProjectedBlock &block = projected.blocks[0];
        QCOMPARE(block.count, 4);
        QCOMPARE(block.vsize, VBytes(500));
        QCOMPARE(block.weight, Weight(2000));
        QCOMPARE(block.totalFees, Satoshi(16'200));
        const FeerateRange expected{Feerate(1), Feerate(1), Feerate(1), Feerate(30), Feerate(30), Feerate(100), Feerate(100)};
        QVERIFY(block.feerateRange == expected);
        QCOMPARE(block.medianFeerate(), Feerate(30));
        QCOMPARE(projected.rest, ProjectedBlock());
    }

    void priorityDecidesTheOrderAndIsNoFee()
    {
        MempoolGraph graph;
        MempoolEntry first = entry(1, 100, 990'000);
        first.modifiedFee = Satoshi(1'000'000'000);
        MempoolEntry never = entry(3, 5'000'000, 1'000);
        never.modifiedFee = Satoshi(-1);
        graph.add(first);
        graph.add(entry(2, 990'000, 990'000));
        graph.add(never);
        const ProjectedBlocks projected = projectBlocks(graph.chunks());
        QCOMPARE(projected.blocks.size(), std::size_t(2));
        QCOMPARE(projected.blocks[0].totalFees, Satoshi(100));
        QCOMPARE(projected.blocks[1].totalFees, Satoshi(990'000));
        QCOMPARE(projected.rest.count, 1);
        QCOMPARE(projected.rest.totalFees, Satoshi(5'000'000));
    }

    /// The node's vsize is larger than the weight explains: then it is the sigops that fill the block.
    void sigopsCountAsWeight()
    {
        MempoolGraph graph;
        MempoolEntry heavy = entry(1, 5'000, 500);
        heavy.weight = Weight(800);
        graph.add(heavy);
        graph.add(entry(2, 900, 100));
        QCOMPARE(graph.chunkOf(txid(1))->weight, 2000);
        QCOMPARE(projectBlocks(graph.chunks()).blocks[0].weight, Weight(2400));
    }

private:
    /// Makes @p graph hold @p entries and no others. What has changed in any way is taken out and put in anew.
    static void follow(MempoolGraph &graph, const std::map<QString, QJsonObject> &entries)
    {
        std::vector<TxId> gone;
        graph.forEachTxid([&](const TxId &txid) {
            const auto told = entries.find(QString::fromStdString(txid.toHex()));
            const bool isSame = told != entries.end() && satoshiOf(told->second, u"modified") == graph.find(txid)->modifiedFee;
            if (!isSame)
                gone.push_back(txid);
        });
        for (const TxId &txid : gone)
            graph.remove(txid);
        for (const auto &[txid, told] : entries) {
            MempoolEntry e;
            e.txid = TxId::fromHex(txid.toStdString()).value();
            e.fee = satoshiOf(told, u"base");
            e.modifiedFee = satoshiOf(told, u"modified");
            e.vsize = VBytes(told[u"vsize"].toInteger());
            e.weight = Weight(told[u"weight"].toInteger());
            for (const QJsonValue &parent : told[u"depends"].toArray())
                e.parents.push_back(TxId::fromHex(parent.toString().toStdString()).value());
            for (const QJsonValue &child : told[u"spentby"].toArray())
                e.children.push_back(TxId::fromHex(child.toString().toStdString()).value());
            graph.add(e);
        }
    }

    static Satoshi satoshiOf(const QJsonObject &entry, QStringView name)
    {
        return Satoshi(std::llround(entry[u"fees"].toObject()[name].toDouble() * 1e8));
    }
};

QTEST_APPLESS_MAIN(TestProjection)
#include "test_projection.moc"
