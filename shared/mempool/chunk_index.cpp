// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/chunk_index.h"

#include <algorithm>
#include <iterator>

namespace tipwatch {

/// The last run that begins at or before @p chunk, or the first.
std::size_t ChunkIndex::runFor(const Chunk &chunk) const
{
    const auto after = std::upper_bound(m_runs.begin(), m_runs.end(), chunk,
                                        [](const Chunk &c, const Run &run) { return c < run.chunks.front(); });
    return after == m_runs.begin() ? 0 : static_cast<std::size_t>(after - m_runs.begin()) - 1;
}

void ChunkIndex::insert(const Chunk &chunk)
{
    std::size_t at = 0;
    if (m_runs.empty())
        m_runs.emplace_back();
    else
        at = runFor(chunk);
    if (m_runs[at].chunks.size() >= longestRun) {
        Run upper;
        std::vector<Chunk> &lower = m_runs[at].chunks;
        const auto middle = lower.begin() + longestRun / 2;
        upper.chunks.reserve(longestRun / 2 + longestRun / 4);
        upper.chunks.assign(middle, lower.end());
        lower.erase(middle, lower.end());
        for (const Chunk &moved : upper.chunks) {
            upper.sums.add(moved);
            m_runs[at].sums.add(moved, -1);
        }
        m_runs.insert(m_runs.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(upper));
        at = runFor(chunk);
    }
    Run &run = m_runs[at];
    run.chunks.insert(std::lower_bound(run.chunks.begin(), run.chunks.end(), chunk), chunk);
    run.sums.add(chunk);
    m_sums.add(chunk);
    ++m_size;
}

void ChunkIndex::erase(const Chunk &chunk)
{
    const std::size_t at = runFor(chunk);
    Run &run = m_runs[at];
    run.chunks.erase(std::lower_bound(run.chunks.begin(), run.chunks.end(), chunk));
    run.sums.add(chunk, -1);
    m_sums.add(chunk, -1);
    --m_size;
    if (run.chunks.empty()) {
        m_runs.erase(m_runs.begin() + static_cast<std::ptrdiff_t>(at));
        return;
    }
    // Two that have become small are one again, or the runs would only ever become more.
    const std::size_t left = at > 0 ? at - 1 : at;
    if (left + 1 >= m_runs.size() || m_runs[left].chunks.size() + m_runs[left + 1].chunks.size() > longestRun / 2)
        return;
    Run &joined = m_runs[left];
    Run &next = m_runs[left + 1];
    joined.chunks.insert(joined.chunks.end(), next.chunks.begin(), next.chunks.end());
    joined.sums.add(next.sums);
    m_runs.erase(m_runs.begin() + static_cast<std::ptrdiff_t>(left) + 1);
}

void ChunkIndex::clear()
{
    *this = ChunkIndex();
}

} // namespace tipwatch
