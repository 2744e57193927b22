// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/format.h"
#include "qml/models/blocks_model.h"
#include "qml/models/fees_model.h"
#include "qml/models/gateway_model.h"
#include "qml/models/mempool_model.h"
#include "qml/models/next_block_model.h"
#include "qml/models/projected_blocks_model.h"
#include "qml/models/status_model.h"
#include "qml/models/tip_model.h"
#include "qml/models/transaction_feed_model.h"
#include "qml/models/update_feed.h"
#include "tests/qml/scripted_chain.h"
#include "tests/support/fake_clock.h"

#include <QAbstractItemModelTester>
#include <QLineSeries>
#include <QSignalSpy>
#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

/// A scripted chain, and every model fed from it as in the window.
struct Bench {
    FakeClock clock;
    test::ScriptedChain chain{clock};
    StatusModel status;
    TipModel tip;
    FeesModel fees;
    BlocksModel blocks;
    ProjectedBlocksModel projected;
    NextBlockModel nextBlock;
    MempoolModel mempool;
    TransactionFeedModel transactions;
    UpdateFeed feed{chain.bus,
                    [this] { return chain.store.snapshot(); },
                    clock,
                    {&status, &tip, &fees, &blocks, &projected, &nextBlock, &mempool, &transactions}};

    /// Time passes, and what is due is delivered.
    void pass(std::int64_t ms = UpdateFeed::intervalMs)
    {
        clock.advance(ms);
        QCoreApplication::processEvents();
        for (UpdateReader *reader :
             std::initializer_list<UpdateReader *>{&status, &tip, &blocks, &projected, &nextBlock, &mempool})
            reader->tick(clock.unixMs());
    }

    QVariant block(int row, BlocksModel::Role role) const { return blocks.data(blocks.index(row), role); }
    QVariant ahead(int row, ProjectedBlocksModel::Role role) const { return projected.data(projected.index(row), role); }
    QString happening(int row, TransactionFeedModel::Role role) const
    {
        return transactions.data(transactions.index(row), role).toString();
    }
};

} // namespace

class ModelsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void modelsStayConsistentUnderRandomOperations_data();
    void modelsStayConsistentUnderRandomOperations();
    void newBlockComesFirst();
    void disconnectedBlockStaysAsStaleThenGoes();
    void branchThatComesBackIsStaleNoMore();
    void olderBlocksJoinAtTheEnd();
    void agesOfBlocksAreAnnouncedByTheMinuteOnly();
    void projectedBlocksKeepTheirPlaces();
    void lastPlaceStandsForAllTheRest();
    void foundBlockTakesTheNextOneAway();
    void disconnectedBlockMakesRoomInFront();
    void whatABlockLeavesIsAwaited();
    void nextBlockIsToldTransactionByTransaction();
    void transactionsOfTheNextBlockChangeOnceASecond();
    void foundBlockShowsTheNextOneAtOnce();
    void nextBlockNobodyAsksForHasNoTransactions();
    void feedShowsTheNewestFirst();
    void feedIsBounded();
    void feedKeepsBlocksAmongTransactions();
    void pausedFeedStandsStillAndCounts();
    void replacementSaysWhatItReplaced();
    void largeFilterLetsLargeOnesThrough();
    void statusSaysItInWords_data();
    void statusSaysItInWords();
    void staleStatusAges();
    void latencyIsToldWithTheTick();
    void tipAgesByTheSecond();
    void tipAgeIsRankedAmongTheGaps();
    void changeOfTheDifficultyIsToldOnceItIsKnown();
    void feesAreUnknownUntilTheMempoolIsKnown();
    void histogramHasEveryBand();
    void historyIsBoundedAndCoversAllTime();
    void historyIsStacked();
    void emptyMempoolIsNotAnError();
    void gatewaySwitchShowsWhatIs();
    void gatewayAddressOfTheConfigurationStays();
};

void ModelsTest::modelsStayConsistentUnderRandomOperations_data()
{
    QTest::addColumn<uint>("seed");
    for (uint seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void ModelsTest::modelsStayConsistentUnderRandomOperations()
{
    QFETCH(uint, seed);
    Bench bench;
    const auto fatal = QAbstractItemModelTester::FailureReportingMode::QtTest;
    QAbstractItemModelTester blocksTester(&bench.blocks, fatal);
    QAbstractItemModelTester projectedTester(&bench.projected, fatal);
    QAbstractItemModelTester feesTester(&bench.fees, fatal);
    QAbstractItemModelTester histogramTester(bench.mempool.histogram(), fatal);
    QAbstractItemModelTester feedTester(&bench.transactions, fatal);

    bench.feed.start();
    bench.chain.begin(40, 1000, 50);
    std::mt19937 random(seed);
    for (int step = 0; step < 2000; ++step) {
        switch (random() % 13) {
        case 0:
            bench.chain.mine(static_cast<int>(random() % 40));
            break;
        case 1:
            if (bench.chain.store.blocks().size() > 5)
                bench.chain.disconnectTip();
            break;
        case 2:
            bench.chain.replaceOne();
            break;
        case 3:
            bench.transactions.setPaused(random() % 2 == 0);
            break;
        case 4:
            bench.transactions.setFilter(static_cast<TransactionFeedModel::Filter>(random() % 4));
            break;
        case 5:
            bench.chain.setState(static_cast<SourceState>(random() % 6));
            break;
        case 6:
            bench.projected.setPlaces(static_cast<int>(random() % 10));
            break;
        default:
            bench.chain.send(static_cast<int>(random() % 30));
            break;
        }
        bench.pass(static_cast<std::int64_t>(random() % 5000));
        QCOMPARE(bench.projected.rowCount(), bench.projected.places());
        QVERIFY(bench.transactions.rowCount() <= static_cast<int>(TransactionFeedModel::capacity));
    }
    bench.pass();

    // The active part is the chain, in order.
    const auto snapshot = bench.chain.store.snapshot();
    std::size_t at = 0;
    for (int row = 0; row < bench.blocks.rowCount(); ++row) {
        if (bench.block(row, BlocksModel::StaleRole).toBool())
            continue;
        QCOMPARE(bench.block(row, BlocksModel::HintRole).toString().section(u'\n', 1, 1),
                 QString::fromStdString(snapshot->blocks.at(at)->hash.toHex()));
        ++at;
    }
    QCOMPARE(at, std::min<std::size_t>(snapshot->blocks.size(), BlocksModel::shown));
}

void ModelsTest::newBlockComesFirst()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 10);
    bench.pass();
    QCOMPARE(bench.block(0, BlocksModel::HeightRole).toString(), u"500"_s);
    QSignalSpy inserted(&bench.blocks, &QAbstractItemModel::rowsInserted);
    QSignalSpy reset(&bench.blocks, &QAbstractItemModel::modelReset);
    bench.chain.mine();
    bench.pass();
    QCOMPARE(bench.block(0, BlocksModel::HeightRole).toString(), u"501"_s);
    QCOMPARE(inserted.count(), 1); // or the train would not slide
    QCOMPARE(reset.count(), 0);
}

void ModelsTest::disconnectedBlockStaysAsStaleThenGoes()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 10);
    bench.pass();
    bench.chain.disconnectTip();
    bench.pass();
    QVERIFY(bench.block(0, BlocksModel::StaleRole).toBool());
    QCOMPARE(bench.block(0, BlocksModel::HeightRole).toString(), u"500"_s);

    bench.chain.mine();
    bench.chain.mine();
    bench.pass();
    QCOMPARE(bench.block(0, BlocksModel::HeightRole).toString(), u"501"_s);
    QCOMPARE(bench.block(1, BlocksModel::HeightRole).toString(), u"500"_s);
    QVERIFY(!bench.block(1, BlocksModel::StaleRole).toBool());
    QVERIFY(bench.block(2, BlocksModel::StaleRole).toBool());

    bench.pass(BlocksModel::staleSeconds * 1000);
    for (int row = 0; row < bench.blocks.rowCount(); ++row)
        QVERIFY(!bench.block(row, BlocksModel::StaleRole).toBool());
}

void ModelsTest::branchThatComesBackIsStaleNoMore()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 10);
    bench.pass();
    const BlockPtr tip = bench.chain.store.tipBlock();
    bench.chain.disconnectTip();
    bench.pass();
    QVERIFY(bench.block(0, BlocksModel::StaleRole).toBool());
    bench.chain.store.connectBlock({*tip, {}}, bench.clock.unixMs());
    bench.pass();
    QVERIFY(!bench.block(0, BlocksModel::StaleRole).toBool());
    QCOMPARE(bench.blocks.rowCount(), 10);
}

void ModelsTest::olderBlocksJoinAtTheEnd()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    BlockSummary older;
    older.height = Height(490);
    older.hash = bench.chain.store.blocks().back()->previousHash;
    bench.chain.store.addOlderBlocks({older}); // announces nothing
    QTRY_COMPARE(bench.blocks.rowCount(), 11);
    QCOMPARE(bench.block(10, BlocksModel::HeightRole).toString(), u"490"_s);
}

void ModelsTest::agesOfBlocksAreAnnouncedByTheMinuteOnly()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(1, 500, 0);
    bench.pass();
    QSignalSpy changed(&bench.blocks, &QAbstractItemModel::dataChanged);
    for (int second = 0; second < 120; ++second)
        bench.blocks.tick(bench.clock.unixMs() + second * 1000);
    QCOMPARE(changed.count(), 2);
}

void ModelsTest::projectedBlocksKeepTheirPlaces()
{
    Bench bench;
    bench.projected.setPlaces(4);
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QCOMPARE(bench.projected.rowCount(), 4);
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::WhenRole).toString(), u"Next"_s);
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::NumberRole).toString(), u"+1"_s);
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::TransactionsRole).toString(), u"20 tx"_s);
    QVERIFY(!bench.ahead(0, ProjectedBlocksModel::EmptyRole).toBool());
    const double fullness = bench.ahead(0, ProjectedBlocksModel::FullnessRole).toDouble();
    QVERIFY(fullness > 0 && fullness < 0.1);
    QCOMPARE(bench.ahead(1, ProjectedBlocksModel::WhenRole).toString(), u"~20 min"_s);
    for (int row = 1; row < 4; ++row) {
        QVERIFY(bench.ahead(row, ProjectedBlocksModel::EmptyRole).toBool());
        QCOMPARE(bench.ahead(row, ProjectedBlocksModel::FeerateRole).toString(), QString()); // never a misleading zero
        QCOMPARE(bench.ahead(row, ProjectedBlocksModel::TransactionsRole).toString(), QString());
    }
    bench.chain.send(10);
    bench.pass();
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::TransactionsRole).toString(), u"30 tx"_s);
    QVERIFY(bench.ahead(0, ProjectedBlocksModel::FullnessRole).toDouble() > fullness);
}

void ModelsTest::lastPlaceStandsForAllTheRest()
{
    Bench bench;
    bench.projected.setPlaces(3);
    bench.feed.start();
    bench.chain.begin(10, 500, 20'000);
    bench.pass();
    const auto snapshot = bench.chain.store.snapshot();
    const ProjectedBlocks &projection = snapshot->projection;
    QCOMPARE(projection.blocks.size(), ProjectedBlocks::most);
    QVERIFY(projection.rest.count > 0);
    QVERIFY(!bench.ahead(1, ProjectedBlocksModel::RestRole).toBool());
    QVERIFY(bench.ahead(2, ProjectedBlocksModel::RestRole).toBool());
    const std::int64_t behind = 20'000 - projection.blocks[0].count - projection.blocks[1].count;
    QCOMPARE(bench.ahead(2, ProjectedBlocksModel::TransactionsRole).toString(), Format().count(behind) + u" tx"_s);
    QVERIFY(bench.ahead(2, ProjectedBlocksModel::WhenRole).toString().startsWith(u"1"_s)); // 12 MvB in all, without two
    QCOMPARE(bench.ahead(2, ProjectedBlocksModel::RangeRole).toString(),
             Format().feerateRange(projection.rest.feerateRange.front(), projection.blocks[2].feerateRange.back()));
}

void ModelsTest::foundBlockTakesTheNextOneAway()
{
    Bench bench;
    bench.projected.setPlaces(4);
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QSignalSpy removed(&bench.projected, &QAbstractItemModel::rowsRemoved);
    QSignalSpy inserted(&bench.projected, &QAbstractItemModel::rowsInserted);
    bench.chain.mine(20);
    bench.pass(0);
    QCOMPARE(removed.count(), 1);
    QCOMPARE(removed.first().at(1).toInt(), 0);
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(inserted.first().at(1).toInt(), 3);
    bench.pass();
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::NumberRole).toString(), u"+1"_s);
    QVERIFY(bench.ahead(0, ProjectedBlocksModel::EmptyRole).toBool());
}

void ModelsTest::disconnectedBlockMakesRoomInFront()
{
    Bench bench;
    bench.projected.setPlaces(4);
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QSignalSpy inserted(&bench.projected, &QAbstractItemModel::rowsInserted);
    bench.chain.disconnectTip();
    bench.pass(0);
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(inserted.first().at(1).toInt(), 0);
    bench.pass();
    QCOMPARE(bench.ahead(0, ProjectedBlocksModel::TransactionsRole).toString(), u"20 tx"_s);
}

/// The block is known before the projection without it: the old one must not come back in between.
void ModelsTest::whatABlockLeavesIsAwaited()
{
    const auto projectionOf = [](std::initializer_list<int> counts) {
        std::vector<ProjectedBlock> blocks;
        for (const int count : counts)
            blocks.push_back({count, VBytes(count), Weight(4 * count), Satoshi(count), {}});
        return ProjectedBlocks{std::move(blocks), {}};
    };
    ProjectedBlocksModel model;
    model.setPlaces(3);
    ChainSnapshot snapshot;
    snapshot.projection = projectionOf({30, 20, 10});
    const auto apply = [&](std::vector<ChainEventPtr> events) {
        model.apply(Update{std::make_shared<const ChainSnapshot>(snapshot), std::move(events), 0, 0});
    };
    const auto first = [&] { return model.data(model.index(0), ProjectedBlocksModel::TransactionsRole).toString(); };
    apply({});
    QCOMPARE(first(), u"30 tx"_s);
    const auto found = std::make_shared<const ChainEvent>(
        ChainEvent{{}, 0, BlockConnected{std::make_shared<const BlockSummary>(), nullptr}, {}});
    apply({found});
    QCOMPARE(first(), u"20 tx"_s);
    snapshot.projection = projectionOf({21, 11});
    apply({});
    QCOMPARE(first(), u"21 tx"_s);
    apply({found}); // it had none of ours: nothing follows
    QCOMPARE(first(), u"11 tx"_s);
    model.tick(1000);
    QCOMPARE(first(), u"21 tx"_s);
}

void ModelsTest::nextBlockIsToldTransactionByTransaction()
{
    Bench bench;
    bench.chain.store.projectedInterest().want(&bench, 1);
    bench.feed.start();
    QVERIFY(bench.nextBlock.empty());
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QVERIFY(!bench.nextBlock.empty() && !bench.nextBlock.reading());
    QCOMPARE(bench.nextBlock.transactions()->size(), 20U);
    QCOMPARE(bench.nextBlock.count(), u"20 tx"_s);
    const ProjectedTransaction first = bench.nextBlock.transactions()->front();
    const auto entry = bench.chain.store.graph().find(first.txid);
    QVERIFY(entry.has_value());
    QCOMPARE(first.time, entry->time);
    QCOMPARE(first.flags, entry->flags);
    QVERIFY(bench.nextBlock.highest() > bench.nextBlock.lowest());
    QVERIFY(bench.nextBlock.spoken().contains(u"20 tx"_s));
}

void ModelsTest::transactionsOfTheNextBlockChangeOnceASecond()
{
    Bench bench;
    bench.chain.store.projectedInterest().want(&bench, 1);
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QSignalSpy lists(&bench.nextBlock, &NextBlockModel::transactionsChanged);
    for (int i = 0; i < 30; ++i) { // three seconds
        bench.chain.send(1);
        bench.pass();
    }
    QCOMPARE(bench.nextBlock.count(), u"50 tx"_s); // the figures are of now
    QVERIFY2(lists.count() >= 2 && lists.count() <= 4, qPrintable(QString::number(lists.count())));
    bench.pass(1000); // what came last is shown when nothing more comes
    QCOMPARE(bench.nextBlock.transactions()->size(), 50U);
    const auto before = lists.count();
    bench.pass(5000);
    QCOMPARE(lists.count(), before);
}

void ModelsTest::foundBlockShowsTheNextOneAtOnce()
{
    Bench bench;
    bench.chain.store.projectedInterest().want(&bench, 1);
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    bench.chain.send(1);
    bench.chain.mine(15);
    bench.pass(0);
    QCOMPARE(bench.nextBlock.transactions()->size(), 6U);
}

void ModelsTest::nextBlockNobodyAsksForHasNoTransactions()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 20);
    bench.pass();
    QVERIFY(!bench.nextBlock.transactions());
    QVERIFY(bench.nextBlock.reading());
    QCOMPARE(bench.nextBlock.count(), u"20 tx"_s);
    bench.chain.store.projectedInterest().want(&bench, 1);
    bench.pass();
    QVERIFY(!bench.nextBlock.reading());
}

void ModelsTest::feedShowsTheNewestFirst()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    bench.chain.send(1);
    bench.pass();
    const QString first = bench.happening(0, TransactionFeedModel::IdRole);
    bench.chain.send(1);
    bench.pass();
    QCOMPARE(bench.transactions.rowCount(), 2);
    QCOMPARE(bench.happening(1, TransactionFeedModel::IdRole), first);
    QCOMPARE(first.size(), 64);
}

void ModelsTest::feedIsBounded()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    for (int i = 0; i < 20; ++i) {
        bench.chain.send(100);
        bench.pass();
    }
    QCOMPARE(bench.transactions.rowCount(), static_cast<int>(TransactionFeedModel::capacity));
}

void ModelsTest::feedKeepsBlocksAmongTransactions()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    bench.chain.mine();
    for (int i = 0; i < 20; ++i) {
        bench.chain.send(100);
        bench.pass();
    }
    bench.transactions.setFilter(TransactionFeedModel::Blocks);
    QCOMPARE(bench.transactions.rowCount(), 1);
    QCOMPARE(bench.happening(0, TransactionFeedModel::TitleRole), u"Block 501"_s);
}

void ModelsTest::pausedFeedStandsStillAndCounts()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    bench.chain.send(3);
    bench.pass();
    bench.transactions.setPaused(true);
    QSignalSpy inserted(&bench.transactions, &QAbstractItemModel::rowsInserted);
    bench.chain.send(5);
    bench.pass();
    QCOMPARE(inserted.count(), 0);
    QCOMPARE(bench.transactions.rowCount(), 3);
    QCOMPARE(bench.transactions.waiting(), u"5 new"_s);
    bench.transactions.setPaused(false);
    QCOMPARE(bench.transactions.rowCount(), 8);
    QVERIFY(bench.transactions.waiting().isEmpty());
}

void ModelsTest::replacementSaysWhatItReplaced()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    bench.chain.send(1);
    bench.pass();
    const QString victim = bench.happening(0, TransactionFeedModel::IdRole);
    bench.chain.replaceOne();
    bench.pass();
    bench.transactions.setFilter(TransactionFeedModel::Replaced);
    QCOMPARE(bench.transactions.rowCount(), 1);
    QVERIFY(bench.happening(0, TransactionFeedModel::DetailRole).contains(Format::shortened(victim)));
}

void ModelsTest::largeFilterLetsLargeOnesThrough()
{
    Bench bench;
    bench.chain.begin(10, 500, 0);
    bench.feed.start();
    bench.chain.send(1, TransactionFeedModel::largeSatoshis);
    bench.chain.send(1, TransactionFeedModel::largeSatoshis - 1);
    bench.pass();
    bench.transactions.setFilter(TransactionFeedModel::Large);
    QCOMPARE(bench.transactions.rowCount(), 1);
}

void ModelsTest::statusSaysItInWords_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<double>("progress");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("text");
    QTest::newRow("unknown") << int(SourceState::Unknown) << 0.0 << int(DataStatus::Unknown) << u"Starting"_s;
    QTest::newRow("connecting") << int(SourceState::Connecting) << 0.0 << int(DataStatus::Connecting) << u"Connecting"_s;
    QTest::newRow("syncing") << int(SourceState::Syncing) << 0.434 << int(DataStatus::Syncing) << u"Syncing 43 %"_s;
    QTest::newRow("syncing somehow") << int(SourceState::Syncing) << 0.0 << int(DataStatus::Syncing) << u"Syncing"_s;
    QTest::newRow("live without data") << int(SourceState::Live) << 0.0 << int(DataStatus::Syncing) << u"Syncing"_s;
    QTest::newRow("error") << int(SourceState::Error) << 0.0 << int(DataStatus::Error) << u"Error"_s;
}

void ModelsTest::statusSaysItInWords()
{
    QFETCH(int, state);
    QFETCH(double, progress);
    Bench bench;
    bench.feed.start();
    bench.chain.setState(static_cast<SourceState>(state), "Why.", progress);
    bench.pass();
    QTEST(int(bench.status.status()), "status");
    QTEST(bench.status.stateText().replace(QChar::Nbsp, u' '), "text");
    QCOMPARE(bench.status.reason(), u"Why."_s);
    QVERIFY(!bench.status.hasData());
}

void ModelsTest::staleStatusAges()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 0);
    bench.chain.setState(SourceState::Stale, "Gone.");
    bench.pass();
    QSignalSpy changed(&bench.status, &StatusModel::changed);
    bench.pass(4 * 60'000);
    QCOMPARE(bench.status.stateText(), u"Stale 4 min"_s);
    QVERIFY(changed.count() >= 1);
    QVERIFY(bench.status.hasData());
    QVERIFY(!bench.status.exact());
}

void ModelsTest::latencyIsToldWithTheTick()
{
    Bench bench;
    QSignalSpy changed(&bench.status, &StatusModel::latencyChanged);
    bench.status.setLatency(12);
    bench.status.setLatency(7);
    QCOMPARE(changed.count(), 0);
    bench.status.tick(0);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(bench.status.latencyText().replace(QChar::Nbsp, u' '), u"7.0 ms"_s);
}

void ModelsTest::tipAgesByTheSecond()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 0);
    bench.chain.mine();
    bench.pass(0);
    QCOMPARE(bench.tip.age(), u"0:00"_s);
    QCOMPARE(bench.tip.height(), u"501"_s);
    bench.pass(65'000);
    QCOMPARE(bench.tip.age(), u"1:05"_s);
}

void ModelsTest::tipAgeIsRankedAmongTheGaps()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(3, 500, 0);
    bench.pass();
    QVERIFY(bench.tip.ageRank() < 0); // two gaps tell nothing
    Bench longer;
    longer.feed.start();
    longer.chain.begin(30, 500, 0);
    longer.chain.mine();
    longer.pass(0);
    QCOMPARE(longer.tip.ageRank(), 0.0);
    longer.pass(86'400'000);
    QCOMPARE(longer.tip.ageRank(), 1.0);
}

void ModelsTest::changeOfTheDifficultyIsToldOnceItIsKnown()
{
    TipModel tip;
    auto picture = std::make_shared<ChainSnapshot>();
    picture->tip.height = picture->difficulty.height = Height(924'512);
    picture->difficulty.blocksLeft = 832;
    tip.apply({picture, {}, 0, 0});
    QVERIFY(tip.changeText().isEmpty());
    QSignalSpy changed(&tip, &TipModel::changed);
    auto later = std::make_shared<ChainSnapshot>(*picture);
    later->difficulty.estimatedChange = -1.914;
    tip.apply({later, {}, 0, 0});
    QCOMPARE(changed.size(), 1);
    QVERIFY(tip.changeText().startsWith(Format().change(-1.914)));
    QVERIFY(tip.changeText().contains(u"832"_s));
}

void ModelsTest::feesAreUnknownUntilTheMempoolIsKnown()
{
    Bench bench;
    bench.feed.start();
    bench.pass();
    const auto at = [&](int row, FeesModel::Role role) { return bench.fees.data(bench.fees.index(row), role); };
    QVERIFY(!at(0, FeesModel::KnownRole).toBool());
    QCOMPARE(at(0, FeesModel::RateRole).toString(), u"–"_s);
    QVERIFY(!bench.fees.hasEstimates());
    bench.chain.begin(10, 500, 0);
    bench.chain.store.setMempoolLimits({243'000'000, 300'000'000, Feerate(21)});
    const auto halfHour = [&] {
        bench.pass();
        return at(1, FeesModel::RateRole).toString();
    };
    QTRY_COMPARE(halfHour(), u"21.0"_s); // the store tells figures ten times a second at most
    QCOMPARE(at(1, FeesModel::CostRole).toString().replace(QChar::Nbsp, u' '), u"2,961 sat"_s);
    QVERIFY(bench.fees.hasEstimates());
}

void ModelsTest::histogramHasEveryBand()
{
    HistogramModel model;
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setBands({{Feerate(2), VBytes(500)}, {Feerate(1000), VBytes(1000)}});
    QCOMPARE(changed.count(), 1);
    model.setBands({{Feerate(2), VBytes(500)}, {Feerate(1000), VBytes(1000)}});
    QCOMPARE(changed.count(), 1);
    QCOMPARE(model.rowCount(), static_cast<int>(feerateBands.size()));
    QCOMPARE(model.data(model.index(2), HistogramModel::FractionRole).toDouble(), 0.5);
    QCOMPARE(model.data(model.index(2), HistogramModel::RangeRole).toString(), u"2–3 sat/vB"_s);
    QCOMPARE(model.data(model.index(model.rowCount() - 1), HistogramModel::RangeRole).toString(), u"over 1,000 sat/vB"_s);
    QCOMPARE(model.data(model.index(0), HistogramModel::FractionRole).toDouble(), 0.0);
}

void ModelsTest::historyIsBoundedAndCoversAllTime()
{
    SizeHistory history;
    MempoolSummary mempool;
    mempool.count = 1;
    mempool.histogram = {{Feerate(1), VBytes(1'000'000)}};
    std::int64_t now = 1'767'225'600'000;
    for (int second = 0; second < 6 * 3600; ++second) {
        history.sample(mempool, now);
        now += 1000;
        QVERIFY(history.size() < SizeHistory::capacity);
    }
    QVERIFY(history.size() >= SizeHistory::capacity / 3);
    QCOMPARE(history.nearest(0), 0.0);
    QVERIFY(history.describe(0).startsWith(Format().timeOfDay(1'767'225'600'000)));
    QVERIFY(history.timeMarks().size() >= 2);
    QVERIFY(history.timeMarks().size() <= 7);
}

void ModelsTest::historyIsStacked()
{
    SizeHistory history;
    QLineSeries cheapest, dearest;
    history.draw(0, &cheapest);
    history.draw(SizeHistory::bands - 1, &dearest);
    MempoolSummary mempool;
    mempool.histogram = {{Feerate(1), VBytes(1'000'000)}, {Feerate(1000), VBytes(2'000'000)}};
    QVERIFY(history.sample(mempool, 1'000'000));
    QVERIFY(!history.sample(mempool, 1'000'500)); // too soon
    QVERIFY(history.sample(mempool, 1'010'000));
    QCOMPARE(cheapest.count(), 2);
    QCOMPARE(cheapest.at(1).y(), 1.0);
    QCOMPARE(dearest.at(1).y(), 3.0);
    QVERIFY(history.maximum() >= 3.0);
}

void ModelsTest::emptyMempoolIsNotAnError()
{
    Bench bench;
    bench.feed.start();
    bench.chain.begin(10, 500, 0);
    bench.pass();
    QCOMPARE(bench.mempool.status(), DataStatus::Live);
    QVERIFY(bench.mempool.empty());
}

void ModelsTest::gatewaySwitchShowsWhatIs()
{
    GatewayModel gateway;
    QSignalSpy requested(&gateway, &GatewayModel::enabledRequested);
    gateway.setEnabled(true);
    QCOMPARE(requested.count(), 1);
    QVERIFY(!gateway.enabled());
    gateway.setStatus({true, false, {}, 0, "Port 8787 is taken."});
    QVERIFY(gateway.enabled());
    QCOMPARE(gateway.status(), DataStatus::Error);
    gateway.setStatus({true, true, "http://10.0.0.2:8787/", 7, {}});
    QCOMPARE(gateway.status(), DataStatus::Live);
    QCOMPARE(gateway.clients(), 7);
}

void ModelsTest::gatewayAddressOfTheConfigurationStays()
{
    GatewayModel gateway;
    QSignalSpy requested(&gateway, &GatewayModel::settingsRequested);
    GatewayStatus status{true, true, "http://10.0.0.2:8787/", 0, {}, {}};
    status.settings.listen = "10.0.0.2";
    gateway.setStatus(status);
    QVERIFY(gateway.wholeLan());
    gateway.change(true, 8787, 1000, 32, 10, 20); // as it is
    QCOMPARE(requested.count(), 0);
    gateway.change(true, 8787, 500, 32, 10, 20);
    QCOMPARE(requested.last().first().value<GatewaySettings>().listen, std::string("10.0.0.2"));
    gateway.change(false, 8787, 500, 32, 10, 20);
    QCOMPARE(requested.last().first().value<GatewaySettings>().listen, std::string("127.0.0.1"));
}

QTEST_MAIN(ModelsTest)
#include "models_test.moc"
