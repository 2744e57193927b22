// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/projected_block.h"
#include "shared/domain/quantity.h"
#include "shared/mempool/chunk_index.h"

#include <cstdint>
#include <vector>

namespace tipwatch {

/// Where in the queue for the next blocks a transaction stands.
struct QueuePosition {
    std::int32_t block = 0;   ///< 0 is the next one
    VBytes ahead;             ///< of all that is mined before it: its depth from the tip
    Feerate effectiveFeerate; ///< of what it is mined with
    friend bool operator==(const QueuePosition &, const QueuePosition &) = default;
};

/// Tells the places of many chunks at one moment. Making one costs a step per run of chunks, each question two searches and half a run.
class QueuePositions {
public:
    /// @p projection is cut out of @p chunks, which must stay as they are.
    QueuePositions(const ChunkIndex &chunks, const ProjectedBlocks &projection);

    /// @p chunk is one of the chunks.
    QueuePosition of(const Chunk &chunk) const;

private:
    const ChunkIndex &m_chunks;
    std::vector<ChunkIndex::Sums> m_before; ///< of each run: all that comes before it
    std::vector<std::int64_t> m_blockEnds;  ///< weight
};

} // namespace tipwatch
