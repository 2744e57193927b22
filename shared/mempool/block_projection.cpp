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
    std::uint32_t dependent = 0;
};

void add(std::vector<Piece> &pieces, const Chunk &chunk)
{
    if (!pieces.empty()) {
        Piece &last = pieces.back();
        if (last.chunks.data() + last.chunks.size() == &chunk) { // goes on where the last one ends
            last.chunks = {last.chunks.data(), last.chunks.size() + 1};
            last.sums.add(chunk);
            last.lightest = std::min(last.lightest, chunk.weight);
            last.dependent += chunk.cluster == Chunk::alone ? 0 : 1;
            return;
        }
    }
    pieces.push_back({{&chunk, 1}, {}, chunk.weight, chunk.cluster == Chunk::alone ? 0u : 1u});
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

/// Some clusters, by what their chunks say. Cleared without a touch.
class ClusterSet {
public:
    void clear()
    {
        ++m_round;
        m_count = 0;
    }
    bool isEmpty() const { return m_count == 0; }
    bool contains(std::uint32_t cluster) const { return m_count > 0 && m_slots[find(cluster)].round == m_round; }

    /// @return false if it is there already.
    bool insert(std::uint32_t cluster)
    {
        if (2 * m_count >= m_slots.size())
            grow();
        Slot &slot = m_slots[find(cluster)];
        if (slot.round == m_round)
            return false;
        slot = {cluster, m_round};
        ++m_count;
        return true;
    }

private:
    struct Slot {
        std::uint32_t cluster = 0;
        std::uint32_t round = 0; ///< in which it was put there; another one: it is not
    };

    /// Where it is, or is to be.
    std::size_t find(std::uint32_t cluster) const
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t at = cluster * 2654435761u & mask;
        while (m_slots[at].round == m_round && m_slots[at].cluster != cluster)
            at = (at + 1) & mask;
        return at;
    }
    void grow()
    {
        const std::vector<Slot> before =
            std::exchange(m_slots, std::vector<Slot>(std::max<std::size_t>(512, 2 * m_slots.size())));
        for (const Slot &slot : before) {
            if (slot.round == m_round)
                m_slots[find(slot.cluster)] = slot;
        }
    }

    std::vector<Slot> m_slots; ///< a power of two, at most half of them in use
    std::size_t m_count = 0;
    std::uint32_t m_round = 1;
};

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
        m_excluded.clear();
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
        if (m_at == 0 && (m_allPay || pays(run.chunks.back())) &&
            takeWhole({run.chunks, run.sums, run.lightest, run.dependent})) {
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
        if (piece.sums.weight < m_room && (piece.dependent == 0 || m_excluded.isEmpty())) {
            m_block.push_back(piece);
            m_blockSums.add(piece.sums);
            m_room -= piece.sums.weight;
            m_failures = 0;
            return true;
        }
        if (piece.lightest < m_room)
            return false;
        auto failures = static_cast<std::int64_t>(piece.chunks.size());
        if (m_room < m_filling.fullEnoughWeight && m_failures + failures > m_filling.mostFailures)
            return false; // the block may end within
        if (piece.dependent > 0) {
            for (const Chunk &chunk : piece.chunks)
                failures -= exclude(chunk) ? 0 : 1;
        }
        m_passedOver.push_back(piece);
        m_failures += failures;
        return true;
    }

    bool isExcluded(const Chunk &chunk) const { return chunk.cluster != Chunk::alone && m_excluded.contains(chunk.cluster); }

    /// What comes of its cluster may need it, and cannot be in this block either. @return false if it is excluded itself.
    bool exclude(const Chunk &chunk) { return chunk.cluster == Chunk::alone || m_excluded.insert(chunk.cluster); }

    void take(const Chunk &chunk)
    {
        if (chunk.weight >= m_room || isExcluded(chunk)) {
            add(m_passedOver, chunk);
            m_failures += exclude(chunk) ? 1 : 0;
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
    ClusterSet m_excluded;                     ///< from this block: something of theirs did not fit
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
