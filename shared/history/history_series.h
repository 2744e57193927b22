// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/error.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Lower edges (sat/vB) of the bands in which the mempool's size is kept, the last one open: as many as a stacked area chart can tell
/// apart, each about half as wide again as the one below. All are edges of `feerateBands`, so nothing has to be guessed.
inline constexpr std::array<double, 14> historyBands{0, 1, 2, 3, 4, 6, 10, 15, 20, 30, 50, 100, 200, 400};

/// What is known of the mempool over time, besides its bands.
enum class HistoryField : std::uint8_t {
    Count,
    Vsize,             ///< vB
    Usage,             ///< bytes of the node's memory
    TotalFees,         ///< satoshi
    MinFeerate,        ///< sat/vB, like all feerates
    TxPerSecond,       ///< that arrived
    BytesPerSecond,    ///< virtual bytes that arrived
    ProjectedMedian,   ///< median feerate of the next block, were it made now
    EstimateNextBlock, ///< the node's estimatesmartfee
    EstimateHalfHour,
    EstimateHour,
    EstimateEconomy
};
inline constexpr std::size_t historyFields = 12;

/// The wire's word for @p field, e.g. "txPerSecond".
std::string_view historyFieldName(HistoryField field);

/// How far back.
enum class HistoryWindow : std::uint8_t { TwoHours, Day, ThreeDays, Week, Month, Year };
inline constexpr std::size_t historyWindows = 6;

/// "2h", "24h", "3d", "1w", "1m", "1y".
std::string_view historyWindowName(HistoryWindow window);
std::optional<HistoryWindow> historyWindowNamed(std::string_view name);

/// The mean over some time. What was not known in any of its minutes is absent.
struct HistoryPoint {
    std::int64_t time = 0;    ///< Unix s of its begin
    std::int64_t samples = 0; ///< minutes of which we know; never 0
    std::array<std::optional<double>, historyFields> values{};
    std::array<double, historyBands.size()> bands{}; ///< vB

    const std::optional<double> &operator[](HistoryField field) const { return values[static_cast<std::size_t>(field)]; }
};

/// A block as it is remembered.
struct HistoryBlock {
    std::int64_t time = 0; ///< of the header, Unix s
    std::int64_t seen = 0; ///< Unix s at which we heard of it; 0: it was there before us
    BlockHash hash;
    Height height = unknownHeight;
    std::int64_t txCount = 0;
    std::int64_t size = 0; ///< bytes
    Weight weight;
    std::optional<Satoshi> totalFees;
    std::optional<Feerate> medianFeerate;
    std::string miner;
    bool stale = false; ///< a reorg took it off the chain
};

/// The blocks of some time together; stale ones do not count.
struct HistoryBlockSums {
    std::int64_t time = 0; ///< Unix s of its begin
    std::int64_t count = 0;
    std::int64_t txCount = 0;
    std::int64_t size = 0;
    std::int64_t weight = 0;
    std::int64_t totalFees = 0;          ///< of those of which they are known
    std::optional<double> medianFeerate; ///< mean of the medians that are known
};

/// What a chart of one window needs. Immutable, shared.
struct HistorySeries {
    HistoryWindow window = HistoryWindow::TwoHours;
    std::int64_t from = 0;            ///< Unix s; before the first point that there could be
    std::int64_t to = 0;              ///< Unix s; end of the last whole minute
    std::int64_t step = 60;           ///< seconds from one point to the next, unless there is a gap
    std::vector<HistoryPoint> points; ///< in order; where nothing is known there is none
    /// In order; all of the window if they are at most `mostBlocks`, else the stale ones only.
    std::vector<HistoryBlock> blocks;
    bool allBlocks = true;
    std::vector<HistoryBlockSums> blockSums; ///< in order, by `step`; where there was no block there is none

    static constexpr std::size_t mostBlocks = 800;
};
using HistorySeriesPtr = std::shared_ptr<const HistorySeries>;

} // namespace tipwatch
