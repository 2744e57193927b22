// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/history/database.h"

#include <QString>

#include <array>
#include <cstdint>

namespace tipwatch {

/// How finely the past is kept. Rows of each are the sums of those of the finer one.
enum class HistoryLevel : std::uint8_t { Minute, TenMinutes, TwoHours };
inline constexpr std::array historyLevels{HistoryLevel::Minute, HistoryLevel::TenMinutes, HistoryLevel::TwoHours};

/// Seconds that a row covers.
std::int64_t stepOf(HistoryLevel level);
QString tableOf(HistoryLevel level);

/// Why a file is not used although it is a sound database.
struct SchemaError {
    SqlError error;
    bool isForeign = false; ///< somebody else's, or a newer version's: it is left alone
};

/// Makes the tables, or brings those of an older version up to date, in one transaction. The file says which version it has
/// (`user_version`) and that it is ours (`application_id`).
tl::expected<void, SchemaError> prepareSchema(Database &database);

} // namespace tipwatch
