// SPDX-License-Identifier: GPL-3.0-or-later
// The lists of the projected blocks' transactions: whoever applies the changes always has the list.
#include "shared/mempool/projected_transactions.h"
#include "shared/state/chain_store.h"
#include "tests/support/domain_samples.h"
#include "tests/support/event_log.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <map>
#include <random>

using namespace tipwatch;

namespace {

/// A reader that has nothing but the events.
class Reader {
public:
    void take(const ChainEvent &event)
    {
        const auto *changed = std::get_if<ProjectedTransactionsChanged>(&event.body);
        if (!changed)
            return;
        QVERIFY(!changed->blocks.empty());
        for (const ProjectedChange &change : changed->blocks)
            take(change);
    }
    void take(const ProjectedChange &change)
    {
        std::map<TxId, ProjectedTransaction> &list = lists[change.index];
        if (change.whole) {
            ++wholes;
            list.clear();
            for (const ProjectedTransaction &transaction : *change.whole)
                list.emplace(transaction.txid, transaction);
            return;
        }
        ++deltas;
        QVERIFY(change.added.size() + change.removed.size() + change.changed.size() > 0);
        for (const TxId &txid : change.removed)
            QCOMPARE(list.erase(txid), 1u);
        for (const ProjectedTransaction &transaction : change.added)
            QVERIFY(list.emplace(transaction.txid, transaction).second);
        for (const ProjectedTransaction &transaction : change.changed) {
            QVERIFY(list.contains(transaction.txid) && list[transaction.txid] != transaction);
            list[transaction.txid] = transaction;
        }
    }
    std::vector<ProjectedTransaction> list(std::size_t index)
    {
        std::vector<ProjectedTransaction> all;
        for (const auto &[txid, transaction] : lists[index])
            all.push_back(transaction);
        return all;
    }

    std::map<std::size_t, std::map<TxId, ProjectedTransaction>> lists;
    int wholes = 0, deltas = 0;
};

struct Rig {
    FakeClock clock;
    EventBus bus;
    ChainStore store{bus, clock};
    Reader reader;
    std::mt19937 random{7};
    std::vector<TxId> there;
    std::uint32_t made = 0;

    Rig()
    {
        QObject::connect(&bus, &EventBus::published, &store, [this](const ChainEventPtr &event) { reader.take(*event); });
        store.resetChain({samples::block(10)}, 1);
    }
    void arrive()
    {
        MempoolEntry entry;
        entry.txid = samples::txid(++made);
        entry.weight = Weight(400 + static_cast<std::int64_t>(random() % 400'000));
        entry.vsize = VBytes((entry.weight.value + 3) / 4);
        entry.fee = entry.modifiedFee = Satoshi(entry.vsize.value * static_cast<std::int64_t>(1 + random() % 100) / 4);
        if (!there.empty() && random() % 2 == 0) // of a few, so that clusters stay as small as a node's
            entry.parents.push_back(there[there.size() - 1 - random() % std::min<std::size_t>(there.size(), 3)]);
        store.addTransaction(entry.txid, 0, 1);
        store.describeTransactions({entry});
        there.push_back(entry.txid);
    }
    void leave()
    {
        if (there.empty())
            return;
        TxId &gone = there[random() % there.size()];
        store.removeTransaction(gone, RemovalReason::Unknown, std::nullopt, 0, 1);
        gone = there.back();
        there.pop_back();
    }
    void prioritise()
    {
        std::vector<FeeDelta> deltas;
        for (int i = static_cast<int>(random() % 3); i > 0 && !there.empty(); --i)
            deltas.push_back({there[random() % there.size()], Satoshi(static_cast<std::int64_t>(random() % 20'000) - 10'000)});
        store.setFeeDeltas(deltas);
    }
    void mine()
    {
        BlockSummary block = samples::block(store.tipBlock()->height.value + 1);
        block.previousHash = store.tipBlock()->hash;
        ConnectedBlock connected{block, {}};
        const ProjectedTransactions first = store.projectedTransactions(0);
        for (const ProjectedTransaction &transaction : *first)
            connected.txids.push_back(transaction.txid);
        std::erase_if(there, [&](const TxId &txid) { return std::ranges::find(connected.txids, txid) != connected.txids.end(); });
        QVERIFY(store.connectBlock(std::move(connected), 1));
    }
    /// Until the store tells its figures.
    void pass()
    {
        clock.advance(ChainStore::mempoolIntervalMs);
        store.setMempoolLimits({static_cast<std::int64_t>(++made), 1, Feerate(1)});
    }
};

} // namespace

class TestProjectedTransactions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changesAlwaysMakeTheList()
    {
        Rig rig;
        rig.store.projectedInterest().want(this, 0b1000'0111);
        for (int i = 0; i < 2'000; ++i) {
            const auto draw = rig.random() % 100;
            if (draw < 60)
                rig.arrive();
            else if (draw < 85)
                rig.leave();
            else if (draw < 98)
                rig.prioritise();
            else
                rig.mine();
            rig.pass();
            for (const std::size_t index : {0u, 1u, 2u, 7u}) {
                const std::vector<ProjectedTransaction> list = rig.reader.list(index);
                QVERIFY(list == *rig.store.projectedTransactions(index));
                QVERIFY(list == *rig.store.snapshot()->projectedTransactions[index]);
                const auto &blocks = rig.store.snapshot()->projection.blocks;
                QCOMPARE(static_cast<std::int64_t>(list.size()), index < blocks.size() ? blocks[index].count : 0);
            }
        }
        QVERIFY2(rig.reader.deltas > 1'000 && rig.reader.wholes > 10,
                 qPrintable(QStringLiteral("%1 %2").arg(rig.reader.deltas).arg(rig.reader.wholes)));
        QVERIFY(!rig.reader.lists.contains(3)); // which nobody wanted
    }

    void feerateIsThatOfTheChunk()
    {
        Rig rig;
        MempoolEntry parent = samples::entry(1, 100, 100), child = samples::entry(2, 900, 100);
        parent.modifiedFee = parent.fee;
        child.modifiedFee = child.fee;
        child.parents = {parent.txid};
        for (const MempoolEntry &entry : {parent, child})
            rig.store.addTransaction(entry.txid, 0, 1);
        rig.store.describeTransactions({parent, child});
        const ProjectedTransactions list = rig.store.projectedTransactions(0);
        QCOMPARE(list->size(), 2u);
        for (const ProjectedTransaction &transaction : *list)
            QCOMPARE(transaction.feerate.value, 5.0);
    }

    void nothingIsMadeForNobody()
    {
        Rig rig;
        rig.arrive();
        rig.pass();
        QVERIFY(rig.reader.lists.empty());
        QVERIFY(!rig.store.snapshot()->projectedTransactions[0]);
        rig.store.projectedInterest().want(this, 1);
        QCOMPARE(rig.reader.list(0).size(), 1u);
        QCOMPARE(rig.reader.wholes, 1);
    }

    void listOfABlockThatIsNotThereIsEmpty()
    {
        Rig rig;
        rig.store.projectedInterest().want(this, 1 << 5);
        QVERIFY(rig.store.snapshot()->projectedTransactions[5]->empty());
        QCOMPARE(rig.reader.wholes, 1);
    }

    void interestLingers()
    {
        ProjectedInterest interest;
        int changes = 0;
        connect(&interest, &ProjectedInterest::changed, this, [&] { ++changes; });
        const int one = 1, other = 2;
        interest.want(&one, 0b01);
        interest.want(&other, 0b11);
        QCOMPARE(changes, 2);
        interest.want(&other, 0);
        interest.want(&other, 0b10);
        QCOMPARE(interest.wanted(), ProjectedSet(0b11));
        QCOMPARE(changes, 2);
    }
};

QTEST_GUILESS_MAIN(TestProjectedTransactions)
#include "test_projected_transactions.moc"
