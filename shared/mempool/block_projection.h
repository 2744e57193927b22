// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/projected_block.h"
#include "shared/mempool/chunk_index.h"

#include <functional>

namespace tipwatch {

/// How a miner's node fills blocks (Bitcoin Core 31, node/miner.cpp, with the defaults of its options).
struct BlockFilling {
    std::int64_t maxWeight = 4'000'000;
    std::int64_t reservedWeight = 8'000;   ///< -blockreservedweight: header, count and coinbase
    double minFeerate = 0.001;             ///< -blockmintxfee, sat/vB; chunks below it are never taken
    int mostFailures = 1'000;              ///< chunks in a row that do not fit, after which a block that is
    std::int64_t fullEnoughWeight = 4'000; ///< full but for so much counts as full
    friend bool operator==(const BlockFilling &, const BlockFilling &) = default;
};

/// Cuts the next blocks out of @p chunks as a miner would: best first; what does not fit into one block comes first in the next.
/// Costs a step per run of chunks in them, one per chunk where a block ends, and next to nothing for the rest.
ProjectedBlocks projectBlocks(const ChunkIndex &chunks, const BlockFilling &filling = {});

/// Calls @p visit for what block @p index of those would be made of, best first; never if there is no such block.
void forEachChunkOfBlock(const ChunkIndex &chunks, std::size_t index, const BlockFilling &filling,
                         const std::function<void(const Chunk &)> &visit);

} // namespace tipwatch
