// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/history/history_series.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::array<std::string_view, historyFields> fieldNames{
    "count",        "vsize",          "usage",           "totalFees",         "minFeerate",
    "txPerSecond",  "bytesPerSecond", "projectedMedian", "estimateNextBlock", "estimateHalfHour",
    "estimateHour", "estimateEconomy"};

constexpr std::array<std::string_view, historyWindows> windowNames{"2h", "24h", "3d", "1w", "1m", "1y"};

} // namespace

std::string_view historyFieldName(HistoryField field)
{
    return fieldNames[static_cast<std::size_t>(field)];
}

std::string_view historyWindowName(HistoryWindow window)
{
    return windowNames[static_cast<std::size_t>(window)];
}

std::optional<HistoryWindow> historyWindowNamed(std::string_view name)
{
    const auto found = std::ranges::find(windowNames, name);
    return found == windowNames.end() ? std::nullopt : std::optional(static_cast<HistoryWindow>(found - windowNames.begin()));
}

} // namespace tipwatch
