// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/history/history_series.h"
#include "shared/state/chain_snapshot.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace tipwatch {

/// What arrived in the mempool within a minute.
struct Arrivals {
    std::int64_t seconds = 0; ///< of the minute in which we were watching
    std::int64_t count = 0;
    std::int64_t vbytes = 0;
};

/// A row of any level of the history: nothing but sums of whole numbers, one for each column. So rows of a coarser level are the
/// exact sums of finer ones, in whatever order they come, and means come out weighted right when minutes are missing.
class HistorySums {
public:
    static constexpr std::size_t columns = 2 + historyFields + 5 + historyBands.size();

    /// Names of the columns, in the order of values().
    static std::span<const std::string> columnNames();

    HistorySums() = default;
    explicit HistorySums(const std::array<std::int64_t, columns> &values) : m_values(values) {}

    /// One sample: the state as it is, and what arrived since the one before.
    static HistorySums ofMinute(const ChainSnapshot &snapshot, const Arrivals &arrivals);

    const std::array<std::int64_t, columns> &values() const { return m_values; }

    /// The means.
    HistoryPoint pointAt(std::int64_t time) const;

private:
    std::array<std::int64_t, columns> m_values{};
};

} // namespace tipwatch
