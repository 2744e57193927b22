// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/shared_list.h"

#include <cstddef>
#include <memory>
#include <vector>

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

/// A transaction of a projected block.
struct ProjectedTransaction {
    TxId txid;
    VBytes vsize;
    Satoshi fee;
    Feerate feerate;         ///< of the chunk that it is mined with: what it pays together with those it needs or that need it
    std::int64_t time = 0;   ///< Unix seconds of its entry into the node's mempool
    std::uint16_t flags = 0; ///< as MempoolEntry::flags
    friend bool operator==(const ProjectedTransaction &, const ProjectedTransaction &) = default;
};
/// Of one block, in the order of their txids. Null: nobody wants to know.
using ProjectedTransactions = std::shared_ptr<const std::vector<ProjectedTransaction>>;

/// What has become different in the list of a projected block's transactions.
struct ProjectedChange {
    std::size_t index = 0;       ///< of the block
    ProjectedTransactions whole; ///< the list from now on; null: it is as it was but for the rest here
    std::vector<ProjectedTransaction> added{};
    std::vector<TxId> removed{};
    std::vector<ProjectedTransaction> changed{};
};

/// The next blocks, and all that waits behind them.
struct ProjectedBlocks {
    static constexpr std::size_t most = 8;

    SharedList<ProjectedBlock> blocks; ///< none of them empty
    ProjectedBlock rest;               ///< count 0: there is none
    friend bool operator==(const ProjectedBlocks &, const ProjectedBlocks &) = default;
};

} // namespace tipwatch
