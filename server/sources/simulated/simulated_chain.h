// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "shared/domain/block.h"
#include "shared/domain/difficulty.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

namespace tipwatch::simulated {

/// The headers of an invented chain at a believable height, with difficulty, work, miners and times that fit together.
/// What is in the blocks is up to others.
class SimulatedChain {
public:
    static constexpr std::size_t historyLength = 48; ///< blocks that were there before us: eight hours

    /// @p feerate is what a transaction had to pay lately to get into a block, sat/vB.
    SimulatedChain(std::uint64_t seed, std::int64_t startUnixMs, std::chrono::milliseconds blockInterval, double feerate);

    /// Oldest first, never empty. Only the last ones are kept: those that a reorg or a median of times can need.
    const std::vector<BlockSummary> &blocks() const { return m_blocks; }
    const BlockSummary &tip() const { return m_blocks.back(); }
    /// The first headers of the difficulty's present period and of the one before, newest first.
    const std::array<DifficultyHeader, 2> &periods() const { return m_periods; }

    /// A header on top of the tip, found at @p unixMs; not put there yet.
    BlockSummary mine(std::int64_t unixMs);
    void connect(BlockSummary block);
    /// Takes the tip back. At least one block must stay.
    BlockSummary disconnect();

private:
    static void fill(BlockSummary &block, Random &random, double feerate);
    void inventPeriods(const BlockSummary &root, double blockSeconds);
    void notePeriod(const BlockSummary &block);

    std::uint64_t m_seed;
    Random m_random;
    double m_difficulty; ///< at the start
    std::array<DifficultyHeader, 2> m_periods{};
    std::uint64_t m_mined = 0;
    std::vector<BlockSummary> m_blocks;
};

/// The compact form of the target that @p difficulty stands for.
std::uint32_t compactOf(double difficulty);

} // namespace tipwatch::simulated
