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

/// What is kept of a run that was put together anew.
void ChunkIndex::measure(Run &run)
{
    run.sums = {};
    run.dependent = 0;
    run.lightest = run.chunks.front().weight;
    for (const Chunk &chunk : run.chunks) {
        run.sums.add(chunk);
        run.dependent += chunk.cluster == Chunk::alone ? 0 : 1;
        run.lightest = std::min(run.lightest, chunk.weight);
    }
}

void ChunkIndex::insert(const Chunk &chunk)
{
    std::size_t at = 0;
    if (m_runs.empty()) {
        m_runs.emplace_back().lightest = chunk.weight;
        m_weights.push_back(0);
    } else {
        at = runFor(chunk);
    }
    if (m_runs[at].chunks.size() >= longestRun) {
        split(at);
        at = runFor(chunk);
    }
    Run &run = m_runs[at];
    run.chunks.insert(std::lower_bound(run.chunks.begin(), run.chunks.end(), chunk), chunk);
    run.sums.add(chunk);
    run.dependent += chunk.cluster == Chunk::alone ? 0 : 1;
    run.lightest = std::min(run.lightest, chunk.weight);
    m_weights[at] = run.sums.weight;
    m_sums.add(chunk);
    ++m_size;
}

void ChunkIndex::split(std::size_t at)
{
    Run upper;
    std::vector<Chunk> &lower = m_runs[at].chunks;
    const auto middle = lower.begin() + longestRun / 2;
    upper.chunks.reserve(longestRun / 2 + longestRun / 4);
    upper.chunks.assign(middle, lower.end());
    lower.erase(middle, lower.end());
    measure(m_runs[at]);
    measure(upper);
    const auto behind = static_cast<std::ptrdiff_t>(at) + 1;
    m_weights[at] = m_runs[at].sums.weight;
    m_weights.insert(m_weights.begin() + behind, upper.sums.weight);
    m_runs.insert(m_runs.begin() + behind, std::move(upper));
}

void ChunkIndex::erase(const Chunk &chunk)
{
    const std::size_t at = runFor(chunk);
    Run &run = m_runs[at];
    const auto found = std::lower_bound(run.chunks.begin(), run.chunks.end(), chunk);
    run.dependent -= found->cluster == Chunk::alone ? 0 : 1;
    run.chunks.erase(found);
    run.sums.add(chunk, -1);
    m_weights[at] = run.sums.weight;
    m_sums.add(chunk, -1);
    --m_size;
    if (run.chunks.empty()) {
        m_runs.erase(m_runs.begin() + static_cast<std::ptrdiff_t>(at));
        m_weights.erase(m_weights.begin() + static_cast<std::ptrdiff_t>(at));
        return;
    }
    if (chunk.weight == run.lightest)
        run.lightest = std::ranges::min_element(run.chunks, {}, &Chunk::weight)->weight;
    joinWithNext(at > 0 ? at - 1 : at);
}

/// Two that have become small are one again, or the runs would only ever become more.
void ChunkIndex::joinWithNext(std::size_t at)
{
    if (at + 1 >= m_runs.size() || m_runs[at].chunks.size() + m_runs[at + 1].chunks.size() > longestRun / 2)
        return;
    Run &joined = m_runs[at];
    const Run &next = m_runs[at + 1];
    joined.chunks.insert(joined.chunks.end(), next.chunks.begin(), next.chunks.end());
    joined.sums.add(next.sums);
    joined.dependent += next.dependent;
    joined.lightest = std::min(joined.lightest, next.lightest);
    m_weights[at] = joined.sums.weight;
    m_runs.erase(m_runs.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    m_weights.erase(m_weights.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

void ChunkIndex::clear()
{
    *this = ChunkIndex();
}

} // namespace tipwatch
