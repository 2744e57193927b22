// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/mempool/chunk.h"

#include <cstddef>
#include <vector>

namespace tipwatch {

/// Chunks in the order in which they are mined, with sums: sorted runs of a few hundred, each of which knows what it holds in all.
/// Insertion and removal cost a search among the runs and a move within one; blocks are cut out by whole runs.
class ChunkIndex {
public:
    struct Sums {
        std::int64_t count = 0; ///< transactions
        std::int64_t weight = 0;
        std::int64_t vsize = 0;
        std::int64_t fee = 0;

        void add(const Chunk &chunk, int times = 1)
        {
            count += times * static_cast<std::int64_t>(chunk.count);
            weight += times * static_cast<std::int64_t>(chunk.weight);
            vsize += times * static_cast<std::int64_t>(chunk.vsize);
            fee += times * chunk.fee;
        }
        void add(const Sums &other)
        {
            count += other.count;
            weight += other.weight;
            vsize += other.vsize;
            fee += other.fee;
        }
        void subtract(const Sums &other)
        {
            count -= other.count;
            weight -= other.weight;
            vsize -= other.vsize;
            fee -= other.fee;
        }
        friend bool operator==(const Sums &, const Sums &) = default;
    };
    struct Run {
        std::vector<Chunk> chunks; ///< never empty, in order
        Sums sums;
        std::int32_t lightest = 0;   ///< least weight of a chunk
        std::uint32_t dependent = 0; ///< chunks that are not all of their cluster
    };

    /// It must not be there yet.
    void insert(const Chunk &chunk);
    /// It must be there.
    void erase(const Chunk &chunk);
    void clear();

    /// What is mined first comes first.
    const std::vector<Run> &runs() const { return m_runs; }
    /// The runs' weights, side by side: to walk over all of them without looking at each.
    const std::vector<std::int64_t> &weights() const { return m_weights; }
    const Sums &sums() const { return m_sums; }
    std::size_t size() const { return m_size; }

private:
    static constexpr std::size_t longestRun = 128;

    std::size_t runFor(const Chunk &chunk) const;
    void split(std::size_t at);
    void joinWithNext(std::size_t at);
    static void measure(Run &run);

    std::vector<Run> m_runs;
    std::vector<std::int64_t> m_weights;
    Sums m_sums;
    std::size_t m_size = 0;
};

} // namespace tipwatch
