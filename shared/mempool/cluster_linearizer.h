// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tipwatch {

/// Divides a cluster into chunks: what is mined first comes first, parents never after their children, and no part of the rest pays a
/// higher feerate than the chunk before it. Of up to 64 transactions (Bitcoin Core 31 allows no more) that is the optimum, and chunks are as
/// small as they can be; of more, which older nodes allow, it is what taking the best set of ancestors again and again gives.
/// One object may be used again and again, which saves allocations. Not thread-safe.
/// Method: the best part of a set at its own feerate is a closure of highest weight, found by a maximum flow (Picard 1976); it and the rest
/// are divided further in the same way.
class ClusterLinearizer {
public:
    static constexpr std::size_t exactSize = 64; ///< transactions

    struct Transaction {
        std::int64_t fee = 0;                 ///< modified; of at most 21 million coins either way
        std::int32_t weight = 0;              ///< above 0
        std::uint32_t tie = 0;                ///< orders what is equal otherwise, lower first
        std::vector<std::uint32_t> parents{}; ///< places in the cluster
    };
    struct Part {
        std::int64_t fee = 0;
        std::int64_t weight = 0;
        std::vector<std::uint32_t> members; ///< places in the cluster, in no particular order
    };

    /// @p cluster need not hang together, but must have no cycles.
    const std::vector<Part> &divide(std::span<const Transaction> cluster);

private:
    using Set = std::uint64_t;
    using Wide = __int128;

    void divideExactly(std::span<const Transaction> cluster);
    void divide(Set set);
    Set bestPart(Set set, std::int64_t fee, std::int64_t weight);
    Set reach(Set from, Set within) const;
    bool augment(Set set, Set &reached);
    void appendSmallest(Set set);
    void append(Set set);

    void divideByAncestors(std::span<const Transaction> cluster);
    void divideByOwnFeerate(std::span<const Transaction> cluster);
    void appendMerging(Part part);

    std::vector<Part> m_parts;
    std::span<const Transaction> m_cluster;
    std::array<Set, exactSize> m_parents{};
    std::array<Set, exactSize> m_flowFrom{};                   ///< children that a flow to this transaction comes from
    std::array<std::array<Wide, exactSize>, exactSize> m_flow; ///< from child to parent; means something where m_flowFrom says so
    std::array<Wide, exactSize> m_surplus{};                   ///< above 0: not passed on yet; below: not filled yet
};

} // namespace tipwatch
