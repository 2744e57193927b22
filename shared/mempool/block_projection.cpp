// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/block_projection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace tipwatch {

namespace {

/// Chunks in mining order, and their percentiles by weight.
class Stretch {
public:
    void reserve(std::size_t pieces) { m_pieces.reserve(pieces); }

    void add(std::span<const Chunk> chunks, const ChunkIndex::Sums &sums)
    {
        m_pieces.push_back({chunks, sums.weight});
        m_sums.add(sums);
    }

    void add(const Chunk &chunk)
    {
        m_sums.add(chunk);
        if (!m_pieces.empty()) {
            Piece &last = m_pieces.back();
            if (last.chunks.data() + last.chunks.size() == &chunk) { // goes on where the last one ends
                last.chunks = {last.chunks.data(), last.chunks.size() + 1};
                last.weight += chunk.weight;
                return;
            }
        }
        m_pieces.push_back({{&chunk, 1}, chunk.weight});
    }

    const ChunkIndex::Sums &sums() const { return m_sums; }

    ProjectedBlock summary() const
    {
        ProjectedBlock block;
        block.count = m_sums.count;
        block.vsize = VBytes(m_sums.vsize);
        block.weight = Weight(m_sums.weight);
        block.totalFees = Satoshi(m_sums.fee);
        block.feerateRange = range();
        return block;
    }

private:
    struct Piece {
        std::span<const Chunk> chunks;
        std::int64_t weight;
    };

    /// From the cheapest upwards, as BlockFeerates has it (Bitcoin Core, CalculatePercentilesByWeight).
    FeerateRange range() const
    {
        static constexpr std::array<double, 7> shares{0, 0.10, 0.25, 0.50, 0.75, 0.90, 1};
        FeerateRange range{};
        std::size_t point = 0;
        std::int64_t below = 0;
        const auto needed = [&] {
            return static_cast<std::int64_t>(std::ceil(shares[point] * static_cast<double>(m_sums.weight)));
        };
        for (auto piece = m_pieces.rbegin(); piece != m_pieces.rend(); ++piece) {
            std::size_t chunk = piece->chunks.size();
            std::int64_t within = below;
            while (point < shares.size() && below + piece->weight >= needed()) {
                const std::int64_t wanted = needed();
                while (within < wanted || chunk == piece->chunks.size())
                    within += piece->chunks[--chunk].weight;
                range[point++] = Feerate(piece->chunks[chunk].feerate());
            }
            below += piece->weight;
        }
        return range;
    }

    std::vector<Piece> m_pieces;
    ChunkIndex::Sums m_sums;
};

/// Walks through the chunks, block after block.
class Miner {
public:
    Miner(const ChunkIndex &chunks, const BlockFilling &filling)
        : m_runs(chunks.runs()), m_filling(filling), m_allPay(m_runs.empty() || pays(m_runs.back().chunks.back()))
    {
    }

    Stretch nextBlock()
    {
        Stretch block;
        m_room = m_filling.maxWeight - m_filling.reservedWeight;
        m_failures = 0;
        const std::vector<const Chunk *> before = std::exchange(m_passedOver, {});
        std::size_t next = 0;
        while (next < before.size() && !isFull())
            take(*before[next++], block);
        m_passedOver.insert(m_passedOver.end(), before.begin() + static_cast<std::ptrdiff_t>(next), before.end());
        while (m_run < m_runs.size() && !isFull()) {
            const ChunkIndex::Run &run = m_runs[m_run];
            if (m_at == 0 && run.sums.weight <= m_room && (m_allPay || pays(run.chunks.back()))) {
                block.add(run.chunks, run.sums);
                m_room -= run.sums.weight;
                m_failures = 0;
                ++m_run;
                continue;
            }
            for (; m_at < run.chunks.size() && !isFull(); ++m_at) {
                if (!m_allPay && !pays(run.chunks[m_at]))
                    return block; // and nothing behind it does
                take(run.chunks[m_at], block);
            }
            if (m_at == run.chunks.size()) {
                m_at = 0;
                ++m_run;
            }
        }
        return block;
    }

    /// Everything that no block has taken.
    Stretch rest() const
    {
        Stretch rest;
        rest.reserve(m_passedOver.size() + m_runs.size() - m_run + 1);
        for (const Chunk *chunk : m_passedOver)
            rest.add(*chunk);
        std::size_t run = m_run;
        if (m_at > 0) {
            for (const Chunk &chunk : std::span(m_runs[run].chunks).subspan(m_at))
                rest.add(chunk);
            ++run;
        }
        for (; run < m_runs.size(); ++run)
            rest.add(m_runs[run].chunks, m_runs[run].sums);
        return rest;
    }

private:
    bool pays(const Chunk &chunk) const { return chunk.feerate() >= m_filling.minFeerate; }
    bool isFull() const { return m_failures > m_filling.mostFailures && m_room < m_filling.fullEnoughWeight; }

    void take(const Chunk &chunk, Stretch &block)
    {
        if (chunk.weight > m_room) {
            m_passedOver.push_back(&chunk);
            ++m_failures;
            return;
        }
        block.add(chunk);
        m_room -= chunk.weight;
        m_failures = 0;
    }

    const std::vector<ChunkIndex::Run> &m_runs;
    const BlockFilling &m_filling;
    const bool m_allPay;                     ///< that is: every chunk pays enough to be taken
    std::size_t m_run = 0, m_at = 0;         ///< of the next chunk
    std::vector<const Chunk *> m_passedOver; ///< in order
    std::int64_t m_room = 0;
    int m_failures = 0;
};

} // namespace

ProjectedBlocks projectBlocks(const ChunkIndex &chunks, const BlockFilling &filling)
{
    std::vector<ProjectedBlock> blocks;
    Miner miner(chunks, filling);
    while (blocks.size() < ProjectedBlocks::most) {
        const Stretch block = miner.nextBlock();
        if (block.sums().count == 0)
            break;
        blocks.push_back(block.summary());
    }
    return {std::move(blocks), miner.rest().summary()};
}

} // namespace tipwatch
