// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/queue_position.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::int64_t usualBlock = 3'992'000; // weight; a miner's limit without what it reserves for the coinbase

} // namespace

QueuePositions::QueuePositions(const ChunkIndex &chunks, const ProjectedBlocks &projection) : m_chunks(chunks)
{
    m_before.reserve(chunks.runs().size());
    ChunkIndex::Sums before;
    for (const ChunkIndex::Run &run : chunks.runs()) {
        m_before.push_back(before);
        before.add(run.sums);
    }
    std::int64_t end = 0;
    for (const ProjectedBlock &block : projection.blocks)
        m_blockEnds.push_back(end += block.weight.value);
    if (!m_blockEnds.empty() && projection.rest.count == 0) // there is room in the last one still
        m_blockEnds.back() += std::max<std::int64_t>(0, usualBlock - projection.blocks[m_blockEnds.size() - 1].weight.value);
}

QueuePosition QueuePositions::of(const Chunk &chunk) const
{
    const std::vector<ChunkIndex::Run> &runs = m_chunks.runs();
    const auto after = std::upper_bound(runs.begin(), runs.end(), chunk,
                                        [](const Chunk &c, const ChunkIndex::Run &run) { return c < run.chunks.front(); });
    ChunkIndex::Sums before;
    if (after != runs.begin()) {
        const auto run = static_cast<std::size_t>(after - runs.begin()) - 1;
        before = m_before[run];
        for (const Chunk &other : runs[run].chunks) {
            if (!(other < chunk))
                break;
            before.add(other);
        }
    }
    QueuePosition position;
    position.ahead = VBytes(before.vsize);
    position.effectiveFeerate = Feerate(chunk.feerate());
    const auto block = std::upper_bound(m_blockEnds.begin(), m_blockEnds.end(), before.weight);
    position.block = static_cast<std::int32_t>(block - m_blockEnds.begin());
    if (block == m_blockEnds.end()) // behind those that are cut
        position.block +=
            static_cast<std::int32_t>((before.weight - (m_blockEnds.empty() ? 0 : m_blockEnds.back())) / usualBlock);
    return position;
}

} // namespace tipwatch
