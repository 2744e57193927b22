// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_store.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t day = 86'400; // s
constexpr std::int64_t headerLeeway =
    7200; // s by which a header's time may be ahead of the clock (Bitcoin Core, MAX_FUTURE_BLOCK_TIME)
constexpr double feeratePerKvb = 1000;

/// How much of the allowed size may be in use before the oldest goes, and down to how much.
constexpr double fullShare = 0.9, leanShare = 0.8;
constexpr std::int64_t shrinkSteps = 20; ///< the oldest 20th of the time goes at once

struct WindowSpec {
    std::int64_t span; ///< s
    HistoryLevel level;
    std::int64_t step; ///< s between points; a multiple of the level's
};

/// At most some 730 points each: what a chart on a screen has room for.
constexpr std::array<WindowSpec, historyWindows> windowSpecs{{
    {2 * 3600, HistoryLevel::Minute, 60},
    {day, HistoryLevel::Minute, 120},
    {3 * day, HistoryLevel::TenMinutes, 600},
    {7 * day, HistoryLevel::TenMinutes, 1200},
    {30 * day, HistoryLevel::TenMinutes, 3600},
    {365 * day, HistoryLevel::TwoHours, 43'200},
}};

std::int64_t floorTo(std::int64_t time, std::int64_t step)
{
    return time / step * step;
}

QByteArray bytesOf(const BlockHash &hash)
{
    return QByteArray(reinterpret_cast<const char *>(hash.bytes().data()), static_cast<qsizetype>(hash.bytes().size()));
}

BlockHash hashOf(const QByteArray &bytes)
{
    BlockHash::Bytes out{};
    std::copy_n(bytes.begin(), std::min<qsizetype>(bytes.size(), 32), reinterpret_cast<char *>(out.data()));
    return BlockHash(out);
}

QStringList columns()
{
    QStringList names;
    for (const std::string &name : HistorySums::columnNames())
        names << QString::fromStdString(name);
    return names;
}

/// Adds a row to the one that is there, or is the first of it.
QString addingTo(const QString &table)
{
    QStringList sums;
    for (const QString &name : columns())
        sums << u"%1 = %1 + excluded.%1"_s.arg(name);
    return u"INSERT INTO %1 (time, %2) VALUES (?%3) ON CONFLICT (time) DO UPDATE SET %4"_s.arg(
        table, columns().join(u", "_s), u", ?"_s.repeated(columns().size()), sums.join(u", "_s));
}

QString summing(const QString &table)
{
    return u"SELECT time / ? * ? AS slot, sum(%1) FROM %2 WHERE time >= ? AND time < ? GROUP BY slot ORDER BY slot"_s.arg(
        columns().join(u"), sum("_s), table);
}

} // namespace

struct HistoryStore::Statements {
    Statement hasMinute;
    std::vector<Statement> add;  ///< by level
    std::vector<Statement> read; ///< by level
    Statement writeBlock;
    Statement recentBlocks;
    Statement setStale;
    Statement countBlocks;
    Statement blocks;
    Statement blockSums;
};

HistoryStore::HistoryStore(Database &database, const HistoryConfig &config) : m_database(database), m_config(config) {}

HistoryStore::~HistoryStore() = default;

tl::expected<std::unique_ptr<HistoryStore>, SchemaError> HistoryStore::open(Database &database, const HistoryConfig &config)
{
    if (auto done = prepareSchema(database); !done)
        return tl::unexpected(done.error());
    std::unique_ptr<HistoryStore> store(new HistoryStore(database, config));
    if (auto done = store->begin(); !done)
        return tl::unexpected(SchemaError{done.error(), false});
    return store;
}

SqlResult<void> HistoryStore::begin()
{
    const auto pageSize = m_database.value(u"PRAGMA page_size"_s);
    if (!pageSize)
        return tl::unexpected(pageSize.error());
    m_maxPages = m_config.maxSize / pageSize->toLongLong();
    if (auto set = m_database.run({u"PRAGMA max_page_count = %1"_s.arg(m_maxPages)}); !set)
        return set;

    std::optional<SqlError> failed;
    const auto prepare = [&](const QString &text) {
        auto statement = m_database.prepare(text);
        if (!statement && !failed)
            failed = statement.error();
        return statement ? std::move(*statement) : Statement();
    };
    std::vector<Statement> add, read;
    for (const HistoryLevel level : historyLevels) {
        add.push_back(prepare(addingTo(tableOf(level))));
        read.push_back(prepare(summing(tableOf(level))));
    }
    m_statements = std::make_unique<Statements>(Statements{
        prepare(u"SELECT 1 FROM %1 WHERE time = ?"_s.arg(tableOf(HistoryLevel::Minute))), std::move(add), std::move(read),
        // What was known once is not forgotten because a later run could not know it.
        prepare(u"INSERT INTO blocks (time, hash, height, seen, tx_count, size, weight, total_fees, median_feerate, miner) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (time, hash) DO UPDATE SET "
                "height = excluded.height, seen = iif(seen > 0, seen, excluded.seen), tx_count = excluded.tx_count, "
                "size = excluded.size, weight = excluded.weight, total_fees = coalesce(excluded.total_fees, total_fees), "
                "median_feerate = coalesce(excluded.median_feerate, median_feerate), miner = coalesce(excluded.miner, miner)"_s),
        prepare(u"SELECT time, hash, height, stale FROM blocks WHERE time >= ?"_s),
        prepare(u"UPDATE blocks SET stale = ? WHERE time = ? AND hash = ?"_s),
        prepare(u"SELECT count(*) FROM blocks WHERE time >= ? AND time < ?"_s),
        prepare(u"SELECT time, seen, hash, height, tx_count, size, weight, total_fees, median_feerate, miner, stale FROM blocks "
                "WHERE time >= ? AND time < ? AND stale >= ? ORDER BY time DESC, height DESC LIMIT ?"_s),
        prepare(u"SELECT time / ? * ? AS slot, count(*), sum(tx_count), sum(size), sum(weight), total(total_fees), "
                "avg(median_feerate) FROM blocks WHERE time >= ? AND time < ? AND stale = 0 GROUP BY slot ORDER BY slot"_s)});
    if (failed)
        return tl::unexpected(*failed);
    return {};
}

SqlResult<void> HistoryStore::write(const HistoryBatch &batch)
{
    return m_database.atOnce([&]() -> SqlResult<void> {
        for (const HistoryMinute &minute : batch.minutes) {
            if (auto done = writeMinute(minute); !done)
                return done;
        }
        for (const BlockPtr &block : batch.blocks) {
            if (auto done = writeBlock(*block); !done)
                return done;
        }
        return batch.chain.empty() ? SqlResult<void>() : markStale(batch.chain);
    });
}

SqlResult<void> HistoryStore::writeMinute(const HistoryMinute &minute)
{
    bool isThere = false;
    const qlonglong time = minute.time;
    if (auto looked = m_statements->hasMinute.run({time}, [&](const QSqlQuery &) { isThere = true; }); !looked || isThere)
        return looked; // the clock was set back: this minute has been
    QVariantList values{time};
    for (const std::int64_t value : minute.sums.values())
        values << static_cast<qlonglong>(value);
    for (const HistoryLevel level : historyLevels) {
        values.front() = static_cast<qlonglong>(floorTo(minute.time, stepOf(level)));
        if (auto done = m_statements->add[static_cast<std::size_t>(level)].run(values); !done)
            return done;
    }
    return {};
}

SqlResult<void> HistoryStore::writeBlock(const BlockSummary &block)
{
    const auto median = block.medianFeerate();
    const auto number = [](std::int64_t value) { return QVariant(static_cast<qlonglong>(value)); };
    return m_statements->writeBlock.run(
        {number(block.time), bytesOf(block.hash), block.height.value, number(block.receivedAt / 1000), block.txCount,
         number(block.size), number(block.weight.value), block.totalFees ? number(block.totalFees->value) : QVariant(),
         median ? number(std::llround(median->value * feeratePerKvb)) : QVariant(),
         block.miner.empty() ? QVariant() : QVariant(QString::fromStdString(block.miner))});
}

SqlResult<void> HistoryStore::markStale(const std::vector<BlockPtr> &chain)
{
    std::unordered_set<BlockHash, HashOfHash256> active;
    qlonglong since = chain.front()->time;
    for (const BlockPtr &block : chain) {
        active.insert(block->hash);
        since = std::min<qlonglong>(since, block->time);
    }
    struct Change {
        qlonglong time;
        QByteArray hash;
        bool stale;
    };
    std::vector<Change> changes;
    const auto judge = [&](const QSqlQuery &row) {
        const bool stale = !active.contains(hashOf(row.value(1).toByteArray()));
        if (row.value(2).toInt() >= chain.back()->height.value && stale != row.value(3).toBool())
            changes.push_back({row.value(0).toLongLong(), row.value(1).toByteArray(), stale});
    };
    if (auto looked = m_statements->recentBlocks.run({since - headerLeeway}, judge); !looked)
        return looked;
    for (const Change &change : changes) {
        if (auto done = m_statements->setStale.run({change.stale ? 1 : 0, change.time, change.hash}); !done)
            return done;
    }
    return {};
}

SqlResult<HistorySeries> HistoryStore::read(HistoryWindow window, std::int64_t now)
{
    const WindowSpec &spec = windowSpecs[static_cast<std::size_t>(window)];
    HistoryLevel level = spec.level;
    while (level != HistoryLevel::TwoHours && keptSeconds(level) < spec.span)
        level = static_cast<HistoryLevel>(static_cast<int>(level) + 1);
    HistorySeries series;
    series.window = window;
    series.step = std::max(spec.step, stepOf(level));
    series.to = floorTo(now, 60);
    series.from = floorTo(series.to - spec.span, series.step);
    if (auto done = readPoints(series, level); !done)
        return tl::unexpected(done.error());
    if (auto done = readBlocks(series); !done)
        return tl::unexpected(done.error());
    return series;
}

SqlResult<void> HistoryStore::readPoints(HistorySeries &series, HistoryLevel level)
{
    const auto add = [&](const QSqlQuery &row) {
        std::array<std::int64_t, HistorySums::columns> sums{};
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = row.value(static_cast<int>(i) + 1).toLongLong();
        series.points.push_back(HistorySums(sums).pointAt(row.value(0).toLongLong()));
    };
    return m_statements->read[static_cast<std::size_t>(level)].run(
        {static_cast<qlonglong>(series.step), static_cast<qlonglong>(series.step), static_cast<qlonglong>(series.from),
         static_cast<qlonglong>(series.to)},
        add);
}

SqlResult<void> HistoryStore::readBlocks(HistorySeries &series)
{
    const qlonglong from = series.from, to = series.to + headerLeeway;
    const auto feerate = [](const QVariant &kept) { return kept.toDouble() / feeratePerKvb; };
    const auto count = [&](const QSqlQuery &row) { series.allBlocks = row.value(0).toULongLong() <= HistorySeries::mostBlocks; };
    if (auto done = m_statements->countBlocks.run({from, to}, count); !done)
        return done;
    const auto add = [&](const QSqlQuery &row) {
        HistoryBlock block;
        block.time = row.value(0).toLongLong();
        block.seen = row.value(1).toLongLong();
        block.hash = hashOf(row.value(2).toByteArray());
        block.height = Height(row.value(3).toInt());
        block.txCount = row.value(4).toLongLong();
        block.size = row.value(5).toLongLong();
        block.weight = Weight(row.value(6).toLongLong());
        if (!row.isNull(7))
            block.totalFees = Satoshi(row.value(7).toLongLong());
        if (!row.isNull(8))
            block.medianFeerate = Feerate(feerate(row.value(8)));
        block.miner = row.value(9).toString().toStdString();
        block.stale = row.value(10).toBool();
        series.blocks.push_back(std::move(block));
    };
    const QVariantList listed{from, to, series.allBlocks ? 0 : 1, static_cast<qlonglong>(HistorySeries::mostBlocks)};
    if (auto done = m_statements->blocks.run(listed, add); !done)
        return done;
    std::ranges::reverse(series.blocks);
    const auto addSums = [&](const QSqlQuery &row) {
        HistoryBlockSums sums;
        sums.time = row.value(0).toLongLong();
        sums.count = row.value(1).toLongLong();
        sums.txCount = row.value(2).toLongLong();
        sums.size = row.value(3).toLongLong();
        sums.weight = row.value(4).toLongLong();
        sums.totalFees = std::llround(row.value(5).toDouble());
        if (!row.isNull(6))
            sums.medianFeerate = feerate(row.value(6));
        series.blockSums.push_back(sums);
    };
    const qlonglong step = series.step;
    return m_statements->blockSums.run({step, step, from, to}, addSums);
}

std::int64_t HistoryStore::keptSeconds(HistoryLevel level) const
{
    const std::array days{m_config.minuteDays, m_config.tenMinuteDays, m_config.twoHourDays};
    return days[static_cast<std::size_t>(level)] * day;
}

SqlResult<void> HistoryStore::prune(std::int64_t now)
{
    const auto forget = [&]() -> SqlResult<void> {
        for (const HistoryLevel level : historyLevels) {
            // A little longer: windows begin at a round time.
            const std::int64_t oldest = floorTo(now - keptSeconds(level), stepOf(HistoryLevel::TwoHours));
            if (auto done = m_database.run({u"DELETE FROM %1 WHERE time < %2"_s.arg(tableOf(level)).arg(oldest)}); !done)
                return done;
        }
        const std::int64_t oldest = floorTo(now - keptSeconds(HistoryLevel::TwoHours), stepOf(HistoryLevel::TwoHours));
        return m_database.run({u"DELETE FROM blocks WHERE time < %1"_s.arg(oldest)});
    };
    if (auto done = m_database.atOnce(forget); !done)
        return done;
    return shrink();
}

/// What is kept for years is what grows: a 20th of its time goes again and again until the rest has room.
SqlResult<void> HistoryStore::shrink()
{
    const auto used = [&]() -> SqlResult<double> {
        const auto pages =
            m_database.value(u"SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count"_s);
        if (!pages)
            return tl::unexpected(pages.error());
        return pages->toDouble() / static_cast<double>(m_maxPages);
    };
    auto share = used();
    if (!share || *share < fullShare)
        return share ? SqlResult<void>() : tl::unexpected(share.error());
    const QString years = tableOf(HistoryLevel::TwoHours);
    for (std::int64_t i = 0; i<shrinkSteps && * share> leanShare; ++i) {
        const auto border = m_database.value(
            u"SELECT min(time) + (max(time) - min(time)) / %1 + 1 FROM (SELECT min(time) AS time FROM blocks UNION ALL SELECT "
            "max(time) FROM blocks UNION ALL SELECT min(time) FROM %2 UNION ALL SELECT max(time) FROM %2)"_s.arg(shrinkSteps)
                .arg(years));
        if (!border)
            return tl::unexpected(border.error());
        if (auto done = m_database.run({u"DELETE FROM blocks WHERE time < %1"_s.arg(border->toLongLong()),
                                        u"DELETE FROM %1 WHERE time < %2"_s.arg(years).arg(border->toLongLong())});
            !done)
            return done;
        share = used();
        if (!share)
            return tl::unexpected(share.error());
    }
    return m_database.run({u"PRAGMA incremental_vacuum"_s});
}

SqlResult<std::int64_t> HistoryStore::size()
{
    return m_database.value(u"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"_s)
        .map([](const QVariant &bytes) { return static_cast<std::int64_t>(bytes.toLongLong()); });
}

} // namespace tipwatch
