// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/chain_store.h"
#include "shared/state/transaction_life.h"
#include "tests/support/fake_clock.h"

#include <QTest>

using namespace tipwatch;

namespace {

TxId txid(std::uint32_t number)
{
    TxId::Bytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(number);
    bytes[1] = static_cast<std::uint8_t>(number >> 8);
    bytes[2] = static_cast<std::uint8_t>(number >> 16);
    return TxId(bytes);
}

BlockHash blockHash(std::uint8_t number)
{
    BlockHash::Bytes bytes{};
    bytes[5] = number;
    return BlockHash(bytes);
}

MempoolEntry entry(std::uint32_t number, std::int64_t fee, std::int64_t vsize, std::vector<TxId> parents = {})
{
    MempoolEntry entry;
    entry.txid = txid(number);
    entry.fee = entry.modifiedFee = Satoshi(fee);
    entry.vsize = VBytes(vsize);
    entry.weight = Weight(4 * vsize);
    entry.time = 1'700'000'000;
    entry.parents = std::move(parents);
    return entry;
}

ConnectedBlock block(std::uint8_t number, std::vector<TxId> txids)
{
    ConnectedBlock block;
    block.summary.height = Height(100 + number);
    block.summary.hash = blockHash(number);
    block.summary.previousHash = blockHash(static_cast<std::uint8_t>(number - 1));
    block.summary.time = 1'700'000'100 + number;
    block.txids = std::move(txids);
    return block;
}

DepartedTransaction left(std::uint32_t number, std::int64_t at, std::optional<TxId> by = {})
{
    DepartedTransaction departed;
    departed.txid = txid(number);
    departed.leftAt = at;
    departed.by = by;
    departed.reason = by ? RemovalReason::Replaced : RemovalReason::Unknown;
    return departed;
}

} // namespace

class TransactionLifeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();

    void whatIsWaitingHasAPlaceInTheQueue();
    void aChildThatPaysMoreLiftsItsParent();
    void farBehindItStandsInALaterBlock();
    void everyPlaceIsThatOfASortedList();
    void minedIsConfirmedAndAReorgTakesItBack();
    void removedIsRememberedWithItsReason();
    void whatComesBackIsInTheMempoolAgain();
    void unknownIsUnknown();
    void replacementsAreATree();
    void theRecordIsBoundedInCountAndAge();
    void aTreeIsBoundedAndNoCircleEndsIt();
    void onlyTheLatestBlocksAreIndexed();

private:
    void see(const MempoolEntry &entry)
    {
        m_store->addTransaction(entry.txid, 1, 1'000);
        m_store->describeTransactions({entry});
    }

    FakeClock m_clock;
    std::unique_ptr<EventBus> m_bus;
    std::unique_ptr<ChainStore> m_store;
};

void TransactionLifeTest::init()
{
    m_store.reset();
    m_bus = std::make_unique<EventBus>();
    m_store = std::make_unique<ChainStore>(*m_bus, m_clock);
    BlockSummary genesis = block(0, {}).summary;
    m_store->resetChain({genesis}, 1);
}

void TransactionLifeTest::whatIsWaitingHasAPlaceInTheQueue()
{
    see(entry(1, 5'000, 500));  // 10
    see(entry(2, 20'000, 400)); // 50
    see(entry(3, 300, 300));    // 1
    const TransactionLife life = lifeOf(txid(3), *m_store);
    QVERIFY(life.status == TransactionStatus::Mempool);
    QVERIFY(life.entry && life.entry->fee == Satoshi(300));
    QCOMPARE(life.queue->block, 0);
    QCOMPARE(life.queue->ahead.value, 900);
    QCOMPARE(life.queue->effectiveFeerate.value, 1.0);
    QCOMPARE(lifeOf(txid(2), *m_store).queue->ahead.value, 0);
}

void TransactionLifeTest::aChildThatPaysMoreLiftsItsParent()
{
    see(entry(1, 5'000, 500)); // 10
    see(entry(2, 100, 100));   // 1, lifted by its child
    see(entry(3, 9'900, 100, {txid(2)}));
    const TransactionLife parent = lifeOf(txid(2), *m_store), child = lifeOf(txid(3), *m_store);
    QCOMPARE(parent.queue->effectiveFeerate.value, 50.0);
    QCOMPARE(parent.queue->ahead.value, 0);
    QVERIFY(parent.queue == child.queue); // mined together
    QCOMPARE(parent.descendants.count, std::size_t(1));
    QVERIFY(parent.descendants.fees == Satoshi(9'900));
    QCOMPARE(child.ancestors.count, std::size_t(1));
    QVERIFY(child.ancestors.listed == std::vector{txid(2)});
    QCOMPARE(lifeOf(txid(1), *m_store).queue->ahead.value, 200);
}

void TransactionLifeTest::farBehindItStandsInALaterBlock()
{
    for (std::uint32_t i = 1; i <= 50; ++i)
        see(entry(i, 100'000 * (100 - i), 90'000)); // eleven of them fill a block
    m_clock.advance(1'000);
    m_store->setMempoolLimits({1, 2, Feerate(1)}); // tells the projection
    QCOMPARE(lifeOf(txid(1), *m_store).queue->block, 0);
    QCOMPARE(lifeOf(txid(12), *m_store).queue->block, 1);
    QCOMPARE(lifeOf(txid(50), *m_store).queue->block, 4);
}

void TransactionLifeTest::everyPlaceIsThatOfASortedList()
{
    constexpr std::uint32_t count = 2'000; // several runs
    for (std::uint32_t i = 1; i <= count; ++i)
        see(entry(i, 1'000 + (i * 7'919) % 100'003, 200));
    std::vector<std::pair<std::int64_t, std::uint32_t>> order;
    for (std::uint32_t i = 1; i <= count; ++i)
        order.emplace_back(-static_cast<std::int64_t>(1'000 + (i * 7'919) % 100'003), i);
    std::sort(order.begin(), order.end());
    for (std::size_t place = 0; place < order.size(); ++place)
        QCOMPARE(m_store->queuePosition(txid(order[place].second))->ahead.value, static_cast<std::int64_t>(200 * place));
}

void TransactionLifeTest::minedIsConfirmedAndAReorgTakesItBack()
{
    see(entry(1, 5'000, 500));
    m_store->connectBlock(block(1, {txid(99), txid(1)}), 2'000);
    m_store->connectBlock(block(2, {txid(98)}), 3'000);
    TransactionLife life = lifeOf(txid(1), *m_store);
    QVERIFY(life.status == TransactionStatus::Confirmed);
    QVERIFY(life.block->hash == blockHash(1));
    QCOMPARE(life.block->height, Height(101));
    QCOMPARE(life.block->confirmations, std::int64_t(2));
    QVERIFY(life.departed && life.departed->reason == RemovalReason::Mined);
    QVERIFY(life.departed->fee == Satoshi(5'000));                              // what it paid is still known
    QVERIFY(lifeOf(txid(98), *m_store).status == TransactionStatus::Confirmed); // though it never waited

    m_store->disconnectTip(blockHash(2), 4'000);
    m_store->disconnectTip(blockHash(1), 4'000);
    life = lifeOf(txid(1), *m_store);
    QVERIFY(life.status == TransactionStatus::Removed);
    QVERIFY(life.departed->reason == RemovalReason::Reorg);
    QVERIFY(lifeOf(txid(98), *m_store).status == TransactionStatus::Unknown);
    see(entry(1, 5'000, 500));
    QVERIFY(lifeOf(txid(1), *m_store).status == TransactionStatus::Mempool);
}

void TransactionLifeTest::removedIsRememberedWithItsReason()
{
    for (std::uint32_t i = 1; i <= 5; ++i)
        see(entry(i, 1'000 * i, 100));
    const std::array reasons{RemovalReason::Conflict, RemovalReason::Evicted, RemovalReason::Expired, RemovalReason::Reorg,
                             RemovalReason::Unknown};
    for (std::uint32_t i = 1; i <= 5; ++i)
        m_store->removeTransaction(txid(i), reasons[i - 1], std::nullopt, i, 7'000 + i);
    for (std::uint32_t i = 1; i <= 5; ++i) {
        const TransactionLife life = lifeOf(txid(i), *m_store);
        QVERIFY(life.status == TransactionStatus::Removed);
        QVERIFY(life.departed->reason == reasons[i - 1]);
        QCOMPARE(life.departed->leftAt, 7'000 + i);
        QCOMPARE(life.departed->fee.value, 1'000 * i);
    }
}

void TransactionLifeTest::whatComesBackIsInTheMempoolAgain()
{
    see(entry(1, 5'000, 500));
    m_store->removeTransaction(txid(1), RemovalReason::Evicted, std::nullopt, 2, 2'000);
    see(entry(1, 5'000, 500));
    QVERIFY(lifeOf(txid(1), *m_store).status == TransactionStatus::Mempool);
    QCOMPARE(m_store->departed().size(), std::size_t(0));
    m_store->addTransaction(txid(2), 3, 1); // and one that the node has not described
    QVERIFY(lifeOf(txid(2), *m_store).status == TransactionStatus::Mempool);
    QVERIFY(!lifeOf(txid(2), *m_store).entry);
    m_store->removeTransaction(txid(2), RemovalReason::Unknown, std::nullopt, 4, 2'000);
    QVERIFY(!lifeOf(txid(2), *m_store).departed->isDescribed);
}

void TransactionLifeTest::unknownIsUnknown()
{
    const TransactionLife life = lifeOf(txid(1), *m_store);
    QVERIFY(life.status == TransactionStatus::Unknown);
    QVERIFY(!life.departed && !life.block && !life.entry);
    QVERIFY(life.replacements.replaced.empty());
}

void TransactionLifeTest::replacementsAreATree()
{
    for (std::uint32_t i = 1; i <= 3; ++i)
        see(entry(i, 1'000 * i, 100));
    // 4 replaces 1 and 2, then 5 replaces 4 and 3.
    m_store->removeTransaction(txid(1), RemovalReason::Replaced, txid(4), 5, 2'000);
    m_store->removeTransaction(txid(2), RemovalReason::Replaced, txid(4), 6, 2'000);
    see(entry(4, 9'000, 100));
    m_store->removeTransaction(txid(4), RemovalReason::Replaced, txid(5), 7, 3'000);
    m_store->removeTransaction(txid(3), RemovalReason::Replaced, txid(5), 8, 3'000);
    see(entry(5, 20'000, 100));
    for (const std::uint32_t asked : {1u, 2u, 3u, 4u, 5u}) { // it is one tree, whoever is asked about
        const Replacements tree = lifeOf(txid(asked), *m_store).replacements;
        QVERIFY(tree.txid == txid(5));
        QVERIFY(!tree.departed);
        QCOMPARE(tree.replaced.size(), std::size_t(2));
        QVERIFY(tree.replaced[0].txid == txid(4));
        QVERIFY(tree.replaced[0].departed->fee == Satoshi(9'000));
        QCOMPARE(tree.replaced[0].replaced.size(), std::size_t(2));
        QVERIFY(tree.replaced[1].txid == txid(3) && tree.replaced[1].replaced.empty());
    }
    QVERIFY(lifeOf(txid(1), *m_store).departed->by == txid(4));
}

void TransactionLifeTest::theRecordIsBoundedInCountAndAge()
{
    DepartedTransactions record;
    for (std::uint32_t i = 0; i < DepartedTransactions::most + 10; ++i)
        record.add(left(i, 1'000));
    QCOMPARE(record.size(), DepartedTransactions::most);
    QVERIFY(!record.find(txid(9)) && record.find(txid(10)));
    record.add(left(1, 1'001 + DepartedTransactions::longestMs));
    QCOMPARE(record.size(), std::size_t(1));
    // What leaves twice is forgotten by its last leave only.
    record.returned(txid(1));
    record.add(left(1, 2'000 + DepartedTransactions::longestMs));
    record.add(left(2, 1'500 + 2 * DepartedTransactions::longestMs));
    QVERIFY(record.find(txid(1)));
    record.add(left(3, 2'001 + 2 * DepartedTransactions::longestMs));
    QVERIFY(!record.find(txid(1)));
}

void TransactionLifeTest::aTreeIsBoundedAndNoCircleEndsIt()
{
    DepartedTransactions record;
    for (std::uint32_t i = 1; i <= 200; ++i)
        record.add(left(i, 1'000, txid(500)));
    QCOMPARE(record.replacedBy(txid(500)).replaced.size(), DepartedTransactions::largestTree - 1);
    record.add(left(1'000, 1'000, txid(1'001)));
    record.add(left(1'001, 1'000, txid(1'000)));
    record.replacedBy(record.lastOf(txid(1'000))); // ends
}

void TransactionLifeTest::onlyTheLatestBlocksAreIndexed()
{
    ConfirmedIndex index(2);
    const std::vector first{txid(1), txid(2)}, second{txid(3)}, third{txid(4)};
    index.connect(blockHash(1), first);
    index.connect(blockHash(2), second);
    QVERIFY(index.find(txid(2)) == blockHash(1));
    index.connect(blockHash(3), third);
    QVERIFY(!index.find(txid(2)));
    QVERIFY(index.find(txid(3)) == blockHash(2));
    index.disconnect(blockHash(3));
    QVERIFY(!index.find(txid(4)));
}

QTEST_GUILESS_MAIN(TransactionLifeTest)
#include "test_transaction_life.moc"
