// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/history/database.h"
#include "server/history/history_schema.h"
#include "server/history/history_sums.h"
#include "shared/config/config.h"
#include "shared/history/history_series.h"
#include "shared/state/chain_event.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace tipwatch {

/// A minute's figures.
struct HistoryMinute {
    std::int64_t time = 0; ///< Unix s of its begin
    HistorySums sums;
};

/// What is written at once.
struct HistoryBatch {
    std::vector<HistoryMinute> minutes;
    std::vector<BlockPtr> blocks; ///< new, or better known than before
    /// The active chain as far as known, newest first: remembered blocks of these heights or higher that are not in it are stale.
    /// Empty: not known.
    std::vector<BlockPtr> chain;
};

/// The tables: writes minutes into all levels at once, forgets what is too old or too much, and reads windows. Belongs to the thread of
/// its database.
class HistoryStore {
public:
    /// Makes or updates the tables. @p database must outlive the store.
    static tl::expected<std::unique_ptr<HistoryStore>, SchemaError> open(Database &database, const HistoryConfig &config);
    ~HistoryStore();

    /// All or nothing. A minute that is there already stays as it is.
    SqlResult<void> write(const HistoryBatch &batch);

    /// @p now is Unix s.
    SqlResult<HistorySeries> read(HistoryWindow window, std::int64_t now);

    /// Forgets what is older than is kept, and the oldest if it is more than may be. @p now is Unix s.
    SqlResult<void> prune(std::int64_t now);

    /// Bytes of the file, without the write-ahead log.
    SqlResult<std::int64_t> size();

private:
    struct Statements;

    HistoryStore(Database &database, const HistoryConfig &config);

    SqlResult<void> begin();
    SqlResult<void> writeMinute(const HistoryMinute &minute);
    SqlResult<void> writeBlock(const BlockSummary &block);
    SqlResult<void> markStale(const std::vector<BlockPtr> &chain);
    SqlResult<void> readPoints(HistorySeries &series, HistoryLevel level);
    SqlResult<void> readBlocks(HistorySeries &series);
    SqlResult<void> shrink();
    std::int64_t keptSeconds(HistoryLevel level) const;

    Database &m_database;
    const HistoryConfig m_config;
    std::int64_t m_maxPages = 0;
    std::unique_ptr<Statements> m_statements;
};

} // namespace tipwatch
