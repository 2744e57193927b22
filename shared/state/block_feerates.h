// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"

#include <optional>
#include <utility>
#include <vector>

namespace tipwatch {

/// The feerates of a block's transactions, as far as they are known, by weight (Bitcoin Core, CalculatePercentilesByWeight).
class BlockFeerates {
public:
    /// Below this share of the block's weight the known part says too little of the whole.
    static constexpr double neededShare = 0.9;
    /// Header, transaction count and coinbase pay no fee and count neither way.
    static constexpr std::int64_t coinbaseAllowance = 4000;

    void add(Feerate feerate, Weight weight);

    /// @return nothing for a block without paying transactions, or if too few of them are known.
    std::optional<FeerateRange> range(Weight blockWeight);

private:
    std::vector<std::pair<Feerate, Weight>> m_known;
    std::int64_t m_weight = 0;
};

} // namespace tipwatch
