// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_file.h"
#include "tests/support/history_samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t start = 1'767'225'600; // 2026-01-01
constexpr std::int64_t day = 86'400;

struct Remembered {
    ChainSnapshot state;
    Arrivals arrivals;
};

std::optional<Feerate> feerateOf(const ChainSnapshot &state, HistoryField field)
{
    switch (field) {
    case HistoryField::ProjectedMedian:
        return state.projection.blocks.empty() ? std::nullopt : std::optional(state.projection.blocks[0].medianFeerate());
    case HistoryField::EstimateNextBlock:
        return state.fees.nextBlock;
    case HistoryField::EstimateHalfHour:
        return state.fees.halfHour;
    case HistoryField::EstimateHour:
        return state.fees.hour;
    default:
        return state.fees.economy;
    }
}

/// The mean over @p minutes, worked out from the samples themselves.
std::optional<double> meanOf(const std::vector<const Remembered *> &minutes, HistoryField field)
{
    double sum = 0, weight = 0;
    for (const Remembered *minute : minutes) {
        const MempoolSummary &mempool = minute->state.mempool;
        double value = 0, counts = 1;
        switch (field) {
        case HistoryField::Count:
            value = static_cast<double>(mempool.count);
            break;
        case HistoryField::Vsize:
            value = static_cast<double>(mempool.vsize.value);
            break;
        case HistoryField::Usage:
            value = static_cast<double>(mempool.usage);
            break;
        case HistoryField::TotalFees:
            value = static_cast<double>(mempool.totalFees.value);
            break;
        case HistoryField::MinFeerate:
            value = mempool.minFeerate.value;
            break;
        case HistoryField::TxPerSecond:
            value = static_cast<double>(minute->arrivals.count);
            counts = static_cast<double>(minute->arrivals.seconds);
            break;
        case HistoryField::BytesPerSecond:
            value = static_cast<double>(minute->arrivals.vbytes);
            counts = static_cast<double>(minute->arrivals.seconds);
            break;
        default:
            const auto known = feerateOf(minute->state, field);
            value = known ? known->value : 0;
            counts = known ? 1 : 0;
        }
        sum += value;
        weight += counts;
    }
    return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

bool isNear(double a, double b)
{
    return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

/// A file of its own, and what was put into it.
struct Fixture {
    QTemporaryDir folder;
    HistoryConfig config;
    std::unique_ptr<HistoryFile> file;
    std::mt19937 random{20261120};

    explicit Fixture(HistoryConfig theConfig = {}, bool onDisk = false) : config(std::move(theConfig))
    {
        const QString path = onDisk ? folder.filePath(u"history.sqlite"_s) : HistoryFile::inMemory;
        auto opened = HistoryFile::open(path, config, start * 1000);
        file = std::move(opened->file);
    }
    HistoryStore &store() { return file->store(); }

    HistoryMinute minuteAt(std::int64_t time)
    {
        return {time, HistorySums::ofMinute(samples::anyState(random), {60, 240, 60'000})};
    }
    void write(HistoryBatch batch)
    {
        const auto done = store().write(batch);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }
    HistorySeries read(HistoryWindow window, std::int64_t now)
    {
        auto series = store().read(window, now);
        if (!series)
            qWarning("%s", series.error().message.c_str());
        return series.value_or(HistorySeries());
    }
};

BlockPtr block(std::int32_t height, std::int64_t time, std::uint64_t branch = 0)
{
    BlockSummary summary = samples::block(height, branch);
    summary.time = time;
    summary.txCount = 2000 + height;
    summary.totalFees = Satoshi(1000 * height);
    return std::make_shared<const BlockSummary>(summary);
}

} // namespace

class HistoryStoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyWindowIsWhatTheMinutesSay();
    void aGapIsAGap();
    void aMinuteCountsOnce();
    void coarserLevelsServeWhereFinerOnesEnd();
    void whatIsOldGoes();
    void theFileStaysWithinItsSize();
    void blocksAreRememberedAndStaleOnesMarked();
    void whatIsKnownOfABlockIsNotForgotten();
    void manyBlocksAreToldInSums();
};

void HistoryStoreTest::everyWindowIsWhatTheMinutesSay()
{
    Fixture fixture;
    std::map<std::int64_t, Remembered> minutes;
    std::mt19937 &random = fixture.random;
    std::int64_t time = start;
    HistoryBatch batch;
    for (int i = 0; i < 12'000; ++i) {
        // Minutes are missing, sometimes a day of them.
        time += 60 * (random() % 40 == 0 ? 2 + static_cast<std::int64_t>(random() % 300) : 1);
        if (random() % 4000 == 0)
            time += 60 * 1500;
        Remembered now{samples::anyState(random),
                       {1 + static_cast<std::int64_t>(random() % 60), static_cast<std::int64_t>(random() % 10'000),
                        static_cast<std::int64_t>(random() % 5'000'000)}};
        batch.minutes.push_back({time, HistorySums::ofMinute(now.state, now.arrivals)});
        minutes[time] = std::move(now);
    }
    fixture.write(std::move(batch));

    const std::int64_t now = time + 90;
    for (std::size_t i = 0; i < historyWindows; ++i) {
        const HistorySeries series = fixture.read(static_cast<HistoryWindow>(i), now);
        QVERIFY2(!series.points.empty(), historyWindowName(series.window).data());
        QVERIFY(series.points.size() <= 800);
        QCOMPARE(series.to, now / 60 * 60);
        std::map<std::int64_t, std::vector<const Remembered *>> slots_;
        for (auto it = minutes.lower_bound(series.from); it != minutes.end() && it->first < series.to; ++it)
            slots_[it->first / series.step * series.step].push_back(&it->second);
        QCOMPARE(series.points.size(), slots_.size());
        auto slot = slots_.begin();
        for (const HistoryPoint &point : series.points) {
            QCOMPARE(point.time, slot->first);
            QCOMPARE(point.samples, static_cast<std::int64_t>(slot->second.size()));
            for (std::size_t f = 0; f < historyFields; ++f) {
                const auto field = static_cast<HistoryField>(f);
                const auto expected = meanOf(slot->second, field);
                QCOMPARE(point[field].has_value(), expected.has_value());
                QVERIFY2(!expected || isNear(*point[field], *expected), historyFieldName(field).data());
            }
            double all = 0;
            for (const double band : point.bands)
                all += band;
            QVERIFY(isNear(all, *point[HistoryField::Vsize]));
            ++slot;
        }
    }
}

void HistoryStoreTest::aGapIsAGap()
{
    Fixture fixture;
    fixture.write({{fixture.minuteAt(start), fixture.minuteAt(start + 60), fixture.minuteAt(start + 600)}, {}, {}});
    const HistorySeries series = fixture.read(HistoryWindow::TwoHours, start + 660);
    QCOMPARE(series.points.size(), std::size_t(3));
    QCOMPARE(series.points[1].time, start + 60);
    QCOMPARE(series.points[2].time, start + 600);
}

void HistoryStoreTest::aMinuteCountsOnce()
{
    Fixture fixture;
    const HistoryMinute minute = fixture.minuteAt(start);
    fixture.write({{minute}, {}, {}});
    fixture.write({{minute, fixture.minuteAt(start)}, {}, {}}); // the clock was set back
    const HistorySeries series = fixture.read(HistoryWindow::Month, start + 60);
    QCOMPARE(series.points.size(), std::size_t(1));
    QCOMPARE(series.points[0].samples, 1);
    QCOMPARE(series.points[0][HistoryField::Count], minute.sums.pointAt(start)[HistoryField::Count]);
}

void HistoryStoreTest::coarserLevelsServeWhereFinerOnesEnd()
{
    HistoryConfig config;
    config.minuteDays = 1;
    config.tenMinuteDays = 7;
    Fixture fixture(config);
    fixture.write({{fixture.minuteAt(start), fixture.minuteAt(start + 20 * day)}, {}, {}});
    const auto pruned = fixture.store().prune(start + 20 * day);
    QVERIFY(pruned);
    const HistorySeries series = fixture.read(HistoryWindow::Month, start + 20 * day + 60);
    QCOMPARE(series.step, 7200);
    QCOMPARE(series.points.size(), std::size_t(2));
    QCOMPARE(fixture.read(HistoryWindow::Week, start + 20 * day + 60).step, 1200);
}

void HistoryStoreTest::whatIsOldGoes()
{
    HistoryConfig config;
    config.twoHourDays = 3 * 365;
    Fixture fixture(config);
    // Twelve years, two minutes of every tenth hour.
    std::int64_t time = start;
    for (; time < start + 12 * 365 * day; time += 36'000) {
        fixture.write({{fixture.minuteAt(time), fixture.minuteAt(time + 60)}, {block(1, time)}, {}});
        if ((time - start) % (100 * 36'000) == 0)
            QVERIFY(fixture.store().prune(time));
    }
    QVERIFY(fixture.store().prune(time));
    const HistorySeries year = fixture.read(HistoryWindow::Year, time);
    QVERIFY(year.points.size() > 700);
    QVERIFY(year.points.front().time >= time - 366 * day);
    const auto size = fixture.store().size();
    QVERIFY(size && *size < 3'000'000); // 12 years would be some 4 MB more
    // Nothing older than what is kept can be seen even by a reader of the past.
    QVERIFY(fixture.read(HistoryWindow::Year, time - 3 * 365 * day - 10 * day).points.empty());
    QVERIFY(!fixture.read(HistoryWindow::Year, time - 2 * 365 * day).points.empty());
    QVERIFY(fixture.read(HistoryWindow::Day, time - 4 * day).points.empty());
    QVERIFY(!fixture.read(HistoryWindow::Week, time - 4 * day).points.empty());
    QVERIFY(fixture.read(HistoryWindow::Week, time - 40 * day).points.empty());
}

void HistoryStoreTest::theFileStaysWithinItsSize()
{
    HistoryConfig config;
    config.maxSize = 2 << 20;
    Fixture fixture(config, true);
    std::int64_t time = start;
    std::int32_t height = 0;
    const QString path = fixture.folder.filePath(u"history.sqlite"_s);
    for (int round = 0; round < 120; ++round) {
        HistoryBatch batch;
        for (int i = 0; i < 200; ++i, time += 3600) {
            batch.minutes.push_back(fixture.minuteAt(time));
            batch.blocks.push_back(block(++height, time));
        }
        fixture.write(std::move(batch));
        QVERIFY(fixture.store().prune(time));
        QVERIFY2(QFileInfo(path).size() <= config.maxSize, qPrintable(QString::number(QFileInfo(path).size())));
    }
    // What is new is there.
    const HistorySeries series = fixture.read(HistoryWindow::Week, time);
    QCOMPARE(series.points.size(), std::size_t(7 * 24));
    QCOMPARE(series.blocks.back().height.value, height);
}

void HistoryStoreTest::blocksAreRememberedAndStaleOnesMarked()
{
    Fixture fixture;
    const std::vector<BlockPtr> first{block(3, start + 300), block(2, start + 200), block(1, start + 100)};
    fixture.write({{}, {first.rbegin(), first.rend()}, first});
    HistorySeries series = fixture.read(HistoryWindow::TwoHours, start + 660);
    QCOMPARE(series.blocks.size(), std::size_t(3));
    QVERIFY(std::ranges::none_of(series.blocks, &HistoryBlock::stale));
    QCOMPARE(series.blocks[2].hash, first[0]->hash);
    QCOMPARE(series.blocks[2].height.value, 3);
    QCOMPARE(series.blocks[2].txCount, 2003);
    QCOMPARE(series.blocks[2].totalFees->value, 3000);

    // A reorg of two blocks; the new branch begins before the old one by the header's clock.
    const std::vector<BlockPtr> second{block(4, start + 350, 9), block(3, start + 250, 9), block(2, start + 150, 9), first[2]};
    fixture.write({{}, {second[2], second[1], second[0]}, second});
    series = fixture.read(HistoryWindow::TwoHours, start + 660);
    QCOMPARE(series.blocks.size(), std::size_t(6));
    std::vector<std::int32_t> stale;
    for (const HistoryBlock &known : series.blocks) {
        if (known.stale)
            stale.push_back(known.height.value);
    }
    QCOMPARE(stale, (std::vector<std::int32_t>{2, 3}));
    std::int64_t count = 0;
    for (const HistoryBlockSums &sums : series.blockSums)
        count += sums.count;
    QCOMPARE(count, 4); // stale ones do not count

    // And back.
    fixture.write({{}, {}, first});
    series = fixture.read(HistoryWindow::TwoHours, start + 660);
    QCOMPARE(std::ranges::count_if(series.blocks, &HistoryBlock::stale), 3);
    QVERIFY(!series.blocks.back().stale || series.blocks.back().height.value == 4);
}

void HistoryStoreTest::whatIsKnownOfABlockIsNotForgotten()
{
    Fixture fixture;
    BlockSummary seen = *block(5, start);
    seen.receivedAt = (start + 3) * 1000;
    seen.feerateRange = FeerateRange{};
    (*seen.feerateRange)[3] = Feerate(7.125);
    seen.miner = "Somebody";
    BlockSummary later = *block(5, start); // as a later run knows it
    later.totalFees.reset();
    fixture.write({{}, {std::make_shared<const BlockSummary>(seen)}, {}});
    fixture.write({{}, {std::make_shared<const BlockSummary>(later)}, {}});
    const HistorySeries series = fixture.read(HistoryWindow::TwoHours, start + 60);
    QCOMPARE(series.blocks.size(), std::size_t(1));
    QCOMPARE(series.blocks[0].seen, start + 3);
    QCOMPARE(series.blocks[0].medianFeerate->value, 7.125);
    QCOMPARE(series.blocks[0].miner, std::string("Somebody"));
    QCOMPARE(series.blocks[0].totalFees->value, 5000);
}

void HistoryStoreTest::manyBlocksAreToldInSums()
{
    Fixture fixture;
    HistoryBatch batch;
    for (int i = 0; i < 1008; ++i)
        batch.blocks.push_back(block(i, start + 600 * i));
    batch.blocks.push_back(block(500, start + 600 * 500 + 7, 3));
    fixture.write(batch);
    batch.blocks.pop_back();
    fixture.write({{}, {}, {batch.blocks.rbegin(), batch.blocks.rend()}});
    const HistorySeries week = fixture.read(HistoryWindow::Week, start + 7 * day);
    QVERIFY(!week.allBlocks);
    QCOMPARE(week.blocks.size(), std::size_t(1));
    QVERIFY(week.blocks[0].stale);
    QCOMPARE(week.blockSums.size(), std::size_t(504));
    QCOMPARE(week.blockSums[1].count, 2);
    QCOMPARE(week.blockSums[1].txCount, 2002 + 2003);
    QCOMPARE(week.blockSums[1].totalFees, 2000 + 3000);
    QVERIFY(fixture.read(HistoryWindow::ThreeDays, start + 7 * day).allBlocks);
}

QTEST_GUILESS_MAIN(HistoryStoreTest)
#include "test_history_store.moc"
