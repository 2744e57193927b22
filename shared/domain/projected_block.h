// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/shared_list.h"

#include <cstddef>

namespace tipwatch {

/// A block as it would be if it were made of the mempool now.
struct ProjectedBlock {
    std::int64_t count = 0; ///< transactions; the coinbase is not among them
    VBytes vsize;
    Weight weight; ///< sigop-adjusted, as the node counts when it fills blocks
    Satoshi totalFees;
    FeerateRange feerateRange{}; ///< of what each transaction pays together with those it needs or that need it; by weight
    friend bool operator==(const ProjectedBlock &, const ProjectedBlock &) = default;

    Feerate medianFeerate() const { return feerateRange[3]; }
};

/// The next blocks, and all that waits behind them.
struct ProjectedBlocks {
    static constexpr std::size_t most = 8;

    SharedList<ProjectedBlock> blocks; ///< none of them empty
    ProjectedBlock rest;               ///< count 0: there is none
    friend bool operator==(const ProjectedBlocks &, const ProjectedBlocks &) = default;
};

} // namespace tipwatch
