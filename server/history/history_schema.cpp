// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_schema.h"

#include "server/history/history_sums.h"

#include <vector>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t applicationId = 0x54697077; // "Tipw"

/// Statements that lead from one version to the next, the first from an empty file. What has been released never changes: a new column
/// or table is a further entry.
std::vector<QStringList> migrations()
{
    QString sums;
    for (const std::string &name : HistorySums::columnNames())
        sums += u", %1 INTEGER NOT NULL DEFAULT 0"_s.arg(QString::fromStdString(name));
    QStringList first;
    for (const HistoryLevel level : historyLevels)
        first << u"CREATE TABLE %1 (time INTEGER PRIMARY KEY%2)"_s.arg(tableOf(level), sums);
    // The header's time stands in the hash, so the two together name a block; and it is by time that blocks are looked up.
    first << u"CREATE TABLE blocks (time INTEGER NOT NULL, hash BLOB NOT NULL, height INTEGER NOT NULL, seen INTEGER NOT NULL, "
             "tx_count INTEGER NOT NULL, size INTEGER NOT NULL, weight INTEGER NOT NULL, total_fees INTEGER, "
             "median_feerate INTEGER, miner TEXT, stale INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (time, hash)) WITHOUT ROWID"_s;
    return {first};
}

SqlResult<void> migrate(Database &database, const std::vector<QStringList> &steps, std::size_t from)
{
    for (std::size_t version = from; version < steps.size(); ++version) {
        for (const QString &statement : steps[version]) {
            if (auto done = database.run({statement}); !done)
                return done;
        }
    }
    return database.run({u"PRAGMA user_version = %1"_s.arg(steps.size()), u"PRAGMA application_id = %1"_s.arg(applicationId)});
}

} // namespace

std::int64_t stepOf(HistoryLevel level)
{
    constexpr std::array<std::int64_t, historyLevels.size()> steps{60, 600, 7200};
    return steps[static_cast<std::size_t>(level)];
}

QString tableOf(HistoryLevel level)
{
    switch (level) {
    case HistoryLevel::Minute:
        return u"minutes"_s;
    case HistoryLevel::TenMinutes:
        return u"ten_minutes"_s;
    case HistoryLevel::TwoHours:
        break;
    }
    return u"two_hours"_s;
}

tl::expected<void, SchemaError> prepareSchema(Database &database)
{
    const auto refused = [](const SqlError &error) { return tl::unexpected(SchemaError{error, false}); };
    const auto foreign = [](std::string message) { return tl::unexpected(SchemaError{{0, std::move(message)}, true}); };
    const auto version = database.value(u"PRAGMA user_version"_s);
    if (!version)
        return refused(version.error());
    const auto id = database.value(u"PRAGMA application_id"_s);
    if (!id)
        return refused(id.error());
    const auto tables = database.value(u"SELECT count(*) FROM sqlite_master"_s);
    if (!tables)
        return refused(tables.error());

    const auto steps = migrations();
    const auto present = static_cast<std::size_t>(version->toLongLong());
    const bool isNew = tables->toLongLong() == 0;
    if (!isNew && id->toLongLong() != applicationId)
        return foreign("the file holds a database of another program");
    if (present > steps.size())
        return foreign("the file was written by a newer version of Tipwatch");
    if (!isNew && present == steps.size())
        return {};
    if (auto done = database.atOnce([&] { return migrate(database, steps, isNew ? 0 : present); }); !done)
        return refused(done.error());
    return {};
}

} // namespace tipwatch
