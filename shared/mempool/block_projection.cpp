// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/block_projection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace tipwatch {

namespace {

/// Chunks that stand side by side in the index, or what is left of them.
struct Piece {
    std::span<const Chunk> chunks;
    ChunkIndex::Sums sums;
    std::int32_t lightest = 0;
};

void add(std::vector<Piece> &pieces, const Chunk &chunk)
{
    if (!pieces.empty()) {
        Piece &last = pieces.back();
        if (last.chunks.data() + last.chunks.size() == &chunk) { // goes on where the last one ends
            last.chunks = {last.chunks.data(), last.chunks.size() + 1};
            last.sums.add(chunk);
            last.lightest = std::min(last.lightest, chunk.weight);
            return;
        }
    }
    pieces.push_back({{&chunk, 1}, {}, chunk.weight});
    pieces.back().sums.add(chunk);
}

/// Finds the feerates at shares of a weight, going from the cheapest chunk upwards, as BlockFeerates does (Bitcoin Core,
/// CalculatePercentilesByWeight).
class Percentiles {
public:
    explicit Percentiles(std::int64_t weight) : m_weight(weight) {}

    /// @p chunks, whose sum is @p weight, stand before all that was added so far.
    void add(std::span<const Chunk> chunks, std::int64_t weight)
    {
        std::size_t chunk = chunks.size();
        std::int64_t within = m_below;
        m_below += weight;
        while (m_point < shares.size() && m_below >= m_needed) {
            while (within < m_needed || chunk == chunks.size())
                within += chunks[--chunk].weight;
            m_range[m_point++] = Feerate(chunks[chunk].feerate());
            if (m_point < shares.size())
                m_needed = static_cast<std::int64_t>(std::ceil(shares[m_point] * static_cast<double>(m_weight)));
        }
    }
    /// Whether a piece of this weight would be passed without a look into it.
    bool passes(std::int64_t weight) const { return m_below + weight < m_needed; }
    void pass(std::int64_t weight) { m_below += weight; }

    const FeerateRange &range() const { return m_range; }

private:
    static constexpr std::array<double, 7> shares{0, 0.10, 0.25, 0.50, 0.75, 0.90, 1};

    const std::int64_t m_weight;
    std::int64_t m_below = 0;  ///< weight of all that was added
    std::int64_t m_needed = 0; ///< weight at which the next point is
    std::size_t m_point = 0;
    FeerateRange m_range{};
};

void addAll(Percentiles &percentiles, const std::vector<Piece> &pieces)
{
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
        percentiles.add(piece->chunks, piece->sums.weight);
}

ProjectedBlock summary(const ChunkIndex::Sums &sums, const FeerateRange &range)
{
    return {sums.count, VBytes(sums.vsize), Weight(sums.weight), Satoshi(sums.fee), range};
}

/// Walks through the chunks, block after block.
class Miner {
public:
    Miner(const ChunkIndex &chunks, const BlockFilling &filling)
        : m_chunks(chunks), m_runs(chunks.runs()), m_filling(filling),
          m_allPay(m_runs.empty() || pays(m_runs.back().chunks.back()))
    {
    }

    /// Fills a block with what comes next. @return whether there was anything.
    bool mine()
    {
        m_room = m_filling.maxWeight - m_filling.reservedWeight;
        m_failures = 0;
        m_block.clear();
        m_blockSums = {};
        m_before.swap(m_passedOver);
        m_passedOver.clear();
        for (const Piece &piece : m_before)
            takeWhatFits(piece);
        while (m_run < m_runs.size() && !isFull() && takeFromRun()) {}
        m_taken.add(m_blockSums);
        return !m_block.empty();
    }

    const std::vector<Piece> &block() const { return m_block; }

    ProjectedBlock blockSummary() const
    {
        Percentiles percentiles(m_blockSums.weight);
        addAll(percentiles, m_block);
        return summary(m_blockSums, percentiles.range());
    }

    /// Everything that no block has taken.
    ProjectedBlock rest() const
    {
        ChunkIndex::Sums sums = m_chunks.sums();
        sums.subtract(m_taken);
        Percentiles percentiles(sums.weight);
        const std::size_t whole = m_run + (m_at > 0 ? 1 : 0);
        for (std::size_t run = m_runs.size(); run-- > whole;) {
            const std::int64_t weight = m_chunks.weights()[run];
            if (percentiles.passes(weight))
                percentiles.pass(weight);
            else
                percentiles.add(m_runs[run].chunks, weight);
        }
        if (m_at > 0) {
            const auto part = std::span(m_runs[m_run].chunks).subspan(m_at);
            percentiles.add(part, std::accumulate(part.begin(), part.end(), std::int64_t{0},
                                                  [](std::int64_t sum, const Chunk &chunk) { return sum + chunk.weight; }));
        }
        addAll(percentiles, m_passedOver);
        return summary(sums, percentiles.range());
    }

private:
    bool pays(const Chunk &chunk) const { return chunk.feerate() >= m_filling.minFeerate; }
    bool isFull() const { return m_failures > m_filling.mostFailures && m_room < m_filling.fullEnoughWeight; }

    /// @return false if nothing from here on pays.
    bool takeFromRun()
    {
        const ChunkIndex::Run &run = m_runs[m_run];
        if (m_at == 0 && (m_allPay || pays(run.chunks.back())) && takeWhole({run.chunks, run.sums, run.lightest})) {
            ++m_run;
            return true;
        }
        for (; m_at < run.chunks.size() && !isFull(); ++m_at) {
            if (!m_allPay && !pays(run.chunks[m_at]))
                return false;
            take(run.chunks[m_at]);
        }
        if (m_at == run.chunks.size()) {
            m_at = 0;
            ++m_run;
        }
        return true;
    }

    void takeWhatFits(const Piece &piece)
    {
        if (isFull()) {
            m_passedOver.push_back(piece);
            return;
        }
        if (takeWhole(piece))
            return;
        for (const Chunk &chunk : piece.chunks) {
            if (isFull())
                add(m_passedOver, chunk);
            else
                take(chunk);
        }
    }

    /// All of a piece that fits, or none of one of which nothing does. @return false if it has to be looked at chunk by chunk.
    bool takeWhole(const Piece &piece)
    {
        if (piece.sums.weight <= m_room) {
            m_block.push_back(piece);
            m_blockSums.add(piece.sums);
            m_room -= piece.sums.weight;
            m_failures = 0;
            return true;
        }
        const auto failures = static_cast<std::int64_t>(piece.chunks.size());
        const bool goesOn = m_room >= m_filling.fullEnoughWeight || m_failures + failures <= m_filling.mostFailures;
        if (piece.lightest <= m_room || !goesOn)
            return false;
        m_passedOver.push_back(piece);
        m_failures += failures;
        return true;
    }

    void take(const Chunk &chunk)
    {
        if (chunk.weight > m_room) {
            add(m_passedOver, chunk);
            ++m_failures;
            return;
        }
        add(m_block, chunk);
        m_blockSums.add(chunk);
        m_room -= chunk.weight;
        m_failures = 0;
    }

    const ChunkIndex &m_chunks;
    const std::vector<ChunkIndex::Run> &m_runs;
    const BlockFilling &m_filling;
    const bool m_allPay;             ///< that is: every chunk pays enough to be taken
    std::size_t m_run = 0, m_at = 0; ///< of the next chunk
    std::vector<Piece> m_block;
    ChunkIndex::Sums m_blockSums, m_taken;
    std::vector<Piece> m_passedOver, m_before; ///< in order
    std::int64_t m_room = 0;
    std::int64_t m_failures = 0;
};

} // namespace

ProjectedBlocks projectBlocks(const ChunkIndex &chunks, const BlockFilling &filling)
{
    std::vector<ProjectedBlock> blocks;
    Miner miner(chunks, filling);
    while (blocks.size() < ProjectedBlocks::most && miner.mine())
        blocks.push_back(miner.blockSummary());
    return {std::move(blocks), miner.rest()};
}

void forEachChunkOfBlock(const ChunkIndex &chunks, std::size_t index, const BlockFilling &filling,
                         const std::function<void(const Chunk &)> &visit)
{
    Miner miner(chunks, filling);
    for (std::size_t i = 0; i <= index; ++i) {
        if (!miner.mine())
            return;
    }
    for (const Piece &piece : miner.block())
        std::ranges::for_each(piece.chunks, visit);
}

} // namespace tipwatch
