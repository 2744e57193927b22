// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/projected_block.h"
#include "shared/mempool/block_projection.h"

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

namespace tipwatch {

/// What it takes to be mined in time, as the projected blocks say: the median feerate of the block that one wants to be in, because more will come
/// before it is found. That is the first for the next block, the second for half an hour, the third for an hour, the eighth for what can wait.
/// In a block that is not full one gets for less: down to half of a block for the least that is accepted, in between in proportion.
///
/// So that they do not flicker, tiers rise at once but fall only after `holdMs`: what is told is the most that was needed in that time, rounded
/// up to three digits. Not thread-safe; has no clock of its own.
class FeeTiers {
public:
    static constexpr std::int64_t holdMs = 10'000;
    static constexpr std::size_t count = 4;
    using Tiers = std::array<Feerate, count>; ///< next block, half an hour, an hour, economy; none above the one before it

    /// So it is from @p nowMs (steady) on. @p floor: below it the node refuses.
    void update(const ProjectedBlocks &blocks, const BlockFilling &filling, Feerate floor, std::int64_t nowMs);

    /// Nothing before the first update.
    std::optional<Tiers> at(std::int64_t nowMs);
    /// When at() says something else by itself; nothing: never.
    std::optional<std::int64_t> changesAt() const;

private:
    static constexpr std::int64_t now = std::numeric_limits<std::int64_t>::max();
    struct Need {
        double feerate = 0;
        std::int64_t untilMs = now; ///< steady
    };
    /// Those that count, the dearest first: each lasted longer than those before it.
    std::array<std::deque<Need>, count> m_needs;
};

} // namespace tipwatch
