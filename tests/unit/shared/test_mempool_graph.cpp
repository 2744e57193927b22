// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/mempool_graph.h"
#include "tests/support/domain_samples.h"

#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace tipwatch;
using samples::entry;
using samples::txid;

namespace {

std::set<TxId> asSet(const std::vector<TxId> &txids)
{
    return {txids.begin(), txids.end()};
}

/// The same thing written so plainly that it is seen to be right.
struct Model {
    std::map<TxId, MempoolEntry> entries;

    std::set<TxId> reach(const TxId &from, bool up) const
    {
        std::set<TxId> found;
        std::vector<TxId> open{from};
        while (!open.empty()) {
            const TxId at = open.back();
            open.pop_back();
            for (const auto &[id, e] : entries) {
                const auto spends = [&](const MempoolEntry &child, const TxId &parent) {
                    return std::find(child.parents.begin(), child.parents.end(), parent) != child.parents.end();
                };
                const bool related = up ? spends(entries.at(at), id) : spends(e, at);
                if (related && found.insert(id).second)
                    open.push_back(id);
            }
        }
        return found;
    }
};

} // namespace

class TestMempoolGraph : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void addsOnce()
    {
        MempoolGraph graph;
        QVERIFY(graph.add(entry(1)));
        QVERIFY(!graph.add(entry(1, 5000)));
        QCOMPARE(graph.size(), 1u);
        QCOMPARE(graph.totalFees().value, 1000);
        QVERIFY(!graph.remove(txid(2)));
        QVERIFY(graph.remove(txid(1)));
        QVERIFY(!graph.contains(txid(1)));
        QCOMPARE(graph.totalVsize().value, 0);
    }

    void diamondHasEachRelativeOnce()
    {
        MempoolGraph graph;
        graph.add(entry(1));
        graph.add(entry(2, 1000, 141, {txid(1)}));
        graph.add(entry(3, 1000, 141, {txid(1)}));
        graph.add(entry(4, 1000, 141, {txid(2), txid(3)}));
        QCOMPARE(asSet(graph.ancestors(txid(4))), (std::set{txid(1), txid(2), txid(3)}));
        QCOMPARE(asSet(graph.descendants(txid(1))), (std::set{txid(2), txid(3), txid(4)}));
        QCOMPARE(graph.descendants(txid(1)).size(), 3u);
        graph.remove(txid(1));
        QCOMPARE(asSet(graph.ancestors(txid(4))), (std::set{txid(2), txid(3)}));
        QVERIFY(graph.descendants(txid(1)).empty());
    }

    void childMayComeBeforeItsParent()
    {
        MempoolGraph graph;
        graph.add(entry(2, 1000, 141, {txid(1)}));
        QVERIFY(graph.ancestors(txid(2)).empty());
        graph.add(entry(1));
        QCOMPARE(graph.ancestors(txid(2)), std::vector{txid(1)});
        QCOMPARE(graph.descendants(txid(1)), std::vector{txid(2)});
    }

    void minedParentThatComesBackFindsItsChildren()
    {
        MempoolGraph graph;
        graph.add(entry(1));
        graph.add(entry(2, 1000, 141, {txid(1)}));
        graph.remove(txid(1)); // mined; then a reorg
        MempoolEntry back = entry(1);
        back.children = {txid(2), txid(7)};
        graph.add(back);
        QCOMPARE(graph.ancestors(txid(2)), std::vector{txid(1)});
        QCOMPARE(graph.descendants(txid(1)), std::vector{txid(2)});
    }

    void relativesToldFromBothSidesAreJoinedOnce()
    {
        MempoolGraph graph;
        MempoolEntry parent = entry(1);
        parent.children = {txid(2)};
        graph.add(entry(2, 1000, 141, {txid(1)}));
        graph.add(parent);
        graph.remove(txid(2));
        QVERIFY(graph.descendants(txid(1)).empty());
        graph.add(entry(2, 1000, 141, {txid(1)}));
        QCOMPARE(graph.descendants(txid(1)).size(), 1u);
    }

    void childThatLeftIsNotJoinedToALateParent()
    {
        MempoolGraph graph;
        graph.add(entry(2, 1000, 141, {txid(1)}));
        graph.remove(txid(2));
        graph.add(entry(1));
        QVERIFY(graph.descendants(txid(1)).empty());
    }

    void histogramPutsEdgesIntoTheUpperBand()
    {
        MempoolGraph graph;
        graph.add(entry(1, 100, 1000));       // 0.1
        graph.add(entry(2, 1000, 1000));      // 1
        graph.add(entry(3, 1999, 1000));      // 1.999
        graph.add(entry(4, 5'000'000, 1000)); // 5000
        const std::vector<FeerateBand> expected{
            {Feerate(0), VBytes(1000)}, {Feerate(1), VBytes(2000)}, {Feerate(1000), VBytes(1000)}};
        QVERIFY(graph.histogram() == expected);
        graph.remove(txid(4));
        QCOMPARE(graph.histogram().size(), 2u);
    }

    void entryComesBackAsItWentIn()
    {
        MempoolGraph graph;
        graph.add(entry(1));
        MempoolEntry in = entry(2, 4321, 200, {txid(1)});
        in.value = Satoshi(123'456'789'012);
        in.modifiedFee = Satoshi(-5);
        in.inputs = 3;
        in.outputs = 2;
        in.set(TxFlag::SignalsRbf);
        graph.add(in);
        const auto out = graph.find(txid(2));
        QVERIFY(out);
        QCOMPARE(out->fee.value, 4321);
        QCOMPARE(out->modifiedFee.value, -5);
        QCOMPARE(out->value.value, 123'456'789'012);
        QCOMPARE(out->inputs, 3);
        QVERIFY(out->has(TxFlag::SignalsRbf));
        QCOMPARE(out->parents, std::vector{txid(1)});
        QVERIFY(!graph.find(txid(9)));
    }

    void randomOperationsAgreeWithTheModel()
    {
        std::mt19937_64 random(31);
        MempoolGraph graph;
        Model model;
        std::vector<std::uint64_t> present;
        std::uint64_t next = 1;
        for (int step = 0; step < 4000; ++step) {
            const bool add = present.size() < 20 || (present.size() < 150 && random() % 2 == 0);
            if (add) {
                std::vector<TxId> parents;
                for (std::uint64_t i = 0; i < random() % 3 && !present.empty(); ++i) {
                    const TxId parent = txid(present[random() % present.size()]);
                    if (std::find(parents.begin(), parents.end(), parent) == parents.end())
                        parents.push_back(parent);
                }
                const auto e = entry(next, static_cast<std::int64_t>(random() % 100'000),
                                     100 + static_cast<std::int64_t>(random() % 900), parents);
                QVERIFY(graph.add(e));
                model.entries.emplace(e.txid, e);
                present.push_back(next++);
            } else {
                const std::size_t at = random() % present.size();
                QVERIFY(graph.remove(txid(present[at])));
                model.entries.erase(txid(present[at]));
                present.erase(present.begin() + static_cast<std::ptrdiff_t>(at));
            }
            QCOMPARE(graph.size(), model.entries.size());
            if (step % 40 != 0)
                continue;
            std::int64_t fees = 0, vsize = 0;
            for (const auto &[id, e] : model.entries) {
                fees += e.fee.value;
                vsize += e.vsize.value;
                QCOMPARE(asSet(graph.ancestors(id)), model.reach(id, true));
                QCOMPARE(asSet(graph.descendants(id)), model.reach(id, false));
            }
            QCOMPARE(graph.totalFees().value, fees);
            QCOMPARE(graph.totalVsize().value, vsize);
            std::int64_t inBands = 0;
            for (const FeerateBand &band : graph.histogram())
                inBands += band.vsize.value;
            QCOMPARE(inBands, vsize);
            std::set<TxId> all;
            graph.forEachTxid([&](const TxId &id) { all.insert(id); });
            QCOMPARE(all.size(), model.entries.size());
        }
    }
};

QTEST_GUILESS_MAIN(TestMempoolGraph)
#include "test_mempool_graph.moc"
