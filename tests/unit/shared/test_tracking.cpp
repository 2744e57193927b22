// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/track_name.h"
#include "shared/state/chain_store.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <thread>

using namespace tipwatch;

namespace {

TxId txid(std::uint8_t number)
{
    TxId::Bytes bytes{};
    bytes[0] = number;
    return TxId(bytes);
}

BlockHash blockHash(std::uint8_t number)
{
    BlockHash::Bytes bytes{};
    bytes[5] = number;
    return BlockHash(bytes);
}

ConnectedBlock block(std::uint8_t number, std::vector<TxId> txids = {})
{
    ConnectedBlock block;
    block.summary.height = Height(100 + number);
    block.summary.hash = blockHash(number);
    block.summary.previousHash = blockHash(static_cast<std::uint8_t>(number - 1));
    block.summary.time = 1'700'000'100 + number;
    block.txids = std::move(txids);
    return block;
}

MempoolEntry entry(std::uint8_t number, std::int64_t fee, std::int64_t vsize = 100)
{
    MempoolEntry entry;
    entry.txid = txid(number);
    entry.fee = entry.modifiedFee = Satoshi(fee);
    entry.vsize = VBytes(vsize);
    entry.weight = Weight(4 * vsize);
    return entry;
}

const Script ours{0x51}, others{0x52};

MempoolEntry paying(std::uint8_t number, const Script &script, std::int64_t value)
{
    MempoolEntry paying = entry(number, 1'000);
    paying.paysTo =
        std::make_shared<const std::vector<TransactionOutput>>(std::vector<TransactionOutput>{{Satoshi(value), script}});
    return paying;
}

MempoolEntry spending(std::uint8_t number, const OutPoint &point, std::vector<Script> locks)
{
    MempoolEntry spending = entry(number, 1'000);
    spending.spends = std::make_shared<const std::vector<SpentOutput>>(std::vector<SpentOutput>{{point, std::move(locks)}});
    return spending;
}

} // namespace

class TrackingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();

    void withoutWishesNothingIsTold();
    void aWishBeginsWithHowItStands();
    void aPlaceIsToldWhenItChangesMuch();
    void confirmationsGrowUpToSix();
    void aReorgTakesBackAndForth();
    void replacedAndRemovedSayWhy();
    void equalWishesAreOneAndEndWithTheLast();
    void wishesMayOutliveTheStoreAndComeFromManyThreads();
    void paymentsAndSpendsOfAScriptAreSeen();
    void spendsOfKnownCoinsAreSeenThoughTheyShowNothing();
    void aScanTeachesCoins();
    void blocksTellOfWhatNeverWaited();
    void activityIsBoundedAndForgottenWithTheWish();
    void namesOfChannels_data();
    void namesOfChannels();

private:
    void see(const MempoolEntry &entry)
    {
        m_store->addTransaction(entry.txid, 1, 1'000);
        m_store->describeTransactions({entry});
    }
    void settle() { QCoreApplication::processEvents(); }
    /// What was told of tracked transactions since this was asked last.
    std::vector<TrackedTransaction> told()
    {
        settle();
        std::vector<TrackedTransaction> all;
        for (const TrackedChanged &changed : m_told)
            all.insert(all.end(), changed.transactions.begin(), changed.transactions.end());
        m_told.clear();
        return all;
    }
    std::vector<ScriptActivity> activity()
    {
        settle();
        std::vector<ScriptActivity> all;
        for (const TrackedChanged &changed : m_told)
            all.insert(all.end(), changed.scripts.begin(), changed.scripts.end());
        m_told.clear();
        return all;
    }

    FakeClock m_clock;
    std::unique_ptr<EventBus> m_bus;
    std::unique_ptr<ChainStore> m_store;
    std::vector<TrackedChanged> m_told;
};

void TrackingTest::init()
{
    m_store.reset();
    m_told.clear();
    m_bus = std::make_unique<EventBus>();
    m_store = std::make_unique<ChainStore>(*m_bus, m_clock);
    connect(m_bus.get(), &EventBus::published, this, [this](const ChainEventPtr &event) {
        if (const auto *changed = std::get_if<TrackedChanged>(&event->body))
            m_told.push_back(*changed);
    });
    m_store->resetChain({block(0).summary}, 1);
}

void TrackingTest::withoutWishesNothingIsTold()
{
    see(paying(1, ours, 5'000));
    m_store->connectBlock(block(1, {txid(1)}), 2'000);
    settle();
    QVERIFY(m_told.empty());
    QVERIFY(!m_store->watchesScripts());
}

void TrackingTest::aWishBeginsWithHowItStands()
{
    see(entry(1, 1'000));
    see(entry(2, 1'000));
    m_store->connectBlock(block(1, {txid(2)}), 2'000);
    std::vector<WatchPtr> wishes;
    for (const std::uint8_t number : std::vector<std::uint8_t>{1, 2, 3})
        wishes.push_back(m_store->watches().watch(txid(number)));
    const auto news = told();
    QCOMPARE(news.size(), std::size_t(3));
    QVERIFY(news[0].status == TransactionStatus::Mempool && news[0].queue);
    QVERIFY(news[1].status == TransactionStatus::Confirmed && news[1].block->confirmations == 1);
    QVERIFY(news[2].status == TransactionStatus::Unknown);
    QCOMPARE(m_store->snapshot()->tracked->size(), std::size_t(3));
}

void TrackingTest::aPlaceIsToldWhenItChangesMuch()
{
    const auto wish = m_store->watches().watch(txid(1));
    see(entry(1, 1'000));
    told();
    see(entry(2, 9'000, 500)); // ahead of it, but little
    m_clock.advance(1'000);
    m_store->setMempoolLimits({1, 2, Feerate(1)});
    QVERIFY(told().empty());
    see(entry(3, 900'000, 20'000)); // much
    m_clock.advance(1'000);
    m_store->setMempoolLimits({2, 3, Feerate(1)});
    const auto news = told();
    QCOMPARE(news.size(), std::size_t(1));
    QCOMPARE(news[0].queue->ahead.value, 20'500);
}

void TrackingTest::confirmationsGrowUpToSix()
{
    const auto wish = m_store->watches().watch(txid(1));
    see(entry(1, 1'000));
    told();
    m_store->connectBlock(block(1, {txid(9), txid(1)}), 2'000);
    std::vector<std::int64_t> confirmations;
    for (std::uint8_t height = 2; height < 12; ++height)
        m_store->connectBlock(block(height), 2'000);
    for (const TrackedTransaction &news : told()) {
        QVERIFY(news.status == TransactionStatus::Confirmed);
        QVERIFY(news.block->hash == blockHash(1));
        confirmations.push_back(news.block->confirmations);
    }
    QCOMPARE(confirmations, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
}

void TrackingTest::aReorgTakesBackAndForth()
{
    const auto wish = m_store->watches().watch(txid(1));
    see(entry(1, 1'000));
    m_store->connectBlock(block(1, {txid(1)}), 2'000);
    told();
    m_store->disconnectTip(blockHash(1), 3'000);
    auto news = told();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].status == TransactionStatus::Removed && news[0].reason == RemovalReason::Reorg);
    see(entry(1, 1'000));
    news = told();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].status == TransactionStatus::Mempool);
    m_store->connectBlock(block(1, {txid(1)}), 4'000);
    news = told();
    QVERIFY(news.back().status == TransactionStatus::Confirmed && news.back().block->confirmations == 1);
}

void TrackingTest::replacedAndRemovedSayWhy()
{
    const auto first = m_store->watches().watch(txid(1)), second = m_store->watches().watch(txid(2));
    see(entry(1, 1'000));
    see(entry(2, 1'000));
    told();
    m_store->removeTransaction(txid(1), RemovalReason::Replaced, txid(7), 2, 2'000);
    m_store->removeTransaction(txid(2), RemovalReason::Evicted, std::nullopt, 3, 2'000);
    const auto news = told();
    QCOMPARE(news.size(), std::size_t(2));
    QVERIFY(news[0].reason == RemovalReason::Replaced && news[0].by == txid(7));
    QVERIFY(news[1].reason == RemovalReason::Evicted && !news[1].by);
}

void TrackingTest::equalWishesAreOneAndEndWithTheLast()
{
    auto first = m_store->watches().watch(txid(1));
    auto second = m_store->watches().watch(txid(1));
    QCOMPARE(first, second);
    QCOMPARE(told().size(), std::size_t(1));
    first.reset();
    see(entry(1, 1'000));
    QCOMPARE(told().size(), std::size_t(1));
    second.reset();
    settle();
    m_store->removeTransaction(txid(1), RemovalReason::Evicted, std::nullopt, 3, 2'000);
    QVERIFY(told().empty());
    const auto again = m_store->watches().watch(txid(1));
    QVERIFY(told()[0].status == TransactionStatus::Removed);
}

void TrackingTest::wishesMayOutliveTheStoreAndComeFromManyThreads()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this] {
            for (std::uint8_t round = 0; round < 200; ++round) {
                const auto same = m_store->watches().watch(txid(1));
                const auto own = m_store->watches().watch(txid(round));
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    auto wish = m_store->watches().watch(txid(1));
    told();
    see(entry(1, 1'000));
    QCOMPARE(told().size(), std::size_t(1)); // wished for once, whatever went before
    QCOMPARE(m_store->snapshot()->tracked->size(), std::size_t(1));
    m_store.reset();
    wish.reset();
}

void TrackingTest::paymentsAndSpendsOfAScriptAreSeen()
{
    const auto wish = m_store->watches().watch(ours);
    settle();
    QVERIFY(m_store->watchesScripts());
    see(paying(1, ours, 5'000));
    see(paying(2, others, 5'000));
    see(spending(3, {txid(90), 0}, {others, ours}));
    auto news = activity();
    QCOMPARE(news.size(), std::size_t(2));
    QVERIFY(news[0].txid == txid(1) && news[0].received == Satoshi(5'000) && !news[0].spends);
    QVERIFY(news[1].txid == txid(3) && news[1].spends && !news[1].spent); // its value is not known

    m_store->connectBlock(block(1, {txid(1), txid(2)}), 2'000);
    news = activity();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].txid == txid(1) && news[0].status == TransactionStatus::Confirmed);
    QVERIFY(news[0].block->hash == blockHash(1) && news[0].received == Satoshi(5'000));
    m_store->disconnectTip(blockHash(1), 3'000);
    news = activity();
    QVERIFY(news.size() == 1 && news[0].reason == RemovalReason::Reorg && !news[0].block);
    m_store->removeTransaction(txid(3), RemovalReason::Evicted, std::nullopt, 3, 2'000);
    news = activity();
    QVERIFY(news.size() == 1 && news[0].txid == txid(3) && news[0].reason == RemovalReason::Evicted);
}

void TrackingTest::spendsOfKnownCoinsAreSeenThoughTheyShowNothing()
{
    const auto wish = m_store->watches().watch(ours);
    settle();
    see(paying(1, ours, 5'000));
    activity();
    see(spending(2, {txid(1), 0}, {})); // as taproot does
    const auto news = activity();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].spends && news[0].spent == Satoshi(5'000));
}

void TrackingTest::aScanTeachesCoins()
{
    const auto wish = m_store->watches().watch(ours);
    ScanResult scanned;
    scanned.unspent = {{{txid(80), 2}, Satoshi(7'000), Height(5), false}};
    m_store->watches().learn(ours, std::make_shared<const ScanResult>(scanned));
    m_store->watches().learn(others, std::make_shared<const ScanResult>(scanned)); // nobody watches that
    settle();
    see(spending(2, {txid(80), 2}, {}));
    const auto news = activity();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].script == ours && news[0].spent == Satoshi(7'000));
}

void TrackingTest::blocksTellOfWhatNeverWaited()
{
    const auto wish = m_store->watches().watch(ours);
    settle();
    ConnectedBlock connected = block(1, {txid(1)});
    connected.concerned = {{txid(1), paying(1, ours, 9'000).paysTo, nullptr}};
    m_store->connectBlock(std::move(connected), 2'000);
    const auto news = activity();
    QCOMPARE(news.size(), std::size_t(1));
    QVERIFY(news[0].status == TransactionStatus::Confirmed && news[0].received == Satoshi(9'000));
}

void TrackingTest::activityIsBoundedAndForgottenWithTheWish()
{
    ScriptWatch watch;
    watch.begin(ours);
    for (std::uint32_t i = 0; i < 2 * ScriptWatch::mostActivity; ++i) {
        TxId::Bytes bytes{};
        bytes[0] = static_cast<std::uint8_t>(i);
        bytes[1] = 1;
        watch.seen({TxId(bytes), paying(1, ours, 1).paysTo, nullptr}, 1);
    }
    QCOMPARE(watch.historyOf(ours)->activity.size(), ScriptWatch::mostActivity);
    QCOMPARE(watch.historyOf(ours)->coins, 2 * ScriptWatch::mostActivity);
    watch.end(ours);
    QVERIFY(watch.isEmpty() && !watch.historyOf(ours) && !watch.hasNews());
    watch.removed(txid(0), RemovalReason::Evicted, 1);
    watch.begin(ours);
    QVERIFY(watch.historyOf(ours)->activity.empty());
    QVERIFY(!watch.concerns({txid(9), nullptr, spending(2, {txid(1), 0}, {}).spends}));
}

void TrackingTest::namesOfChannels_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("name"); // empty: refused
    const QString transaction = QStringLiteral("track:tx:") + QString(64, QLatin1Char('a'));
    QTest::newRow("transaction") << transaction << transaction;
    QTest::newRow("short txid") << QStringLiteral("track:tx:aa") << QString();
    QTest::newRow("nothing") << QStringLiteral("track:") << QString();
    QTest::newRow("other") << QStringLiteral("track:block:1") << QString();
    const QString address = QStringLiteral("track:address:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
    QTest::newRow("address") << address << address;
    QTest::newRow("upper case") << QStringLiteral("track:address:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4") << address;
    QTest::newRow("its script") << QStringLiteral("track:address:0014751e76e8199196d454941c45d1b3a323f1433bd6") << address;
    QTest::newRow("script without address") << QStringLiteral("track:address:51") << QStringLiteral("track:address:51");
    QTest::newRow("another network") << QStringLiteral("track:address:tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx") << QString();
}

void TrackingTest::namesOfChannels()
{
    QFETCH(QString, asked);
    QFETCH(QString, name);
    const auto subject = readTrackName(asked.toStdString(), "main");
    QCOMPARE(subject.has_value(), !name.isEmpty());
    if (subject)
        QCOMPARE(QString::fromStdString(trackName(*subject, "main")), name);
    else
        QVERIFY(!subject.error().message.empty());
}

QTEST_GUILESS_MAIN(TrackingTest)
#include "test_tracking.moc"
