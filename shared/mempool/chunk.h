// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

namespace tipwatch {

/// Transactions of one cluster that are mined together or not at all, and what they pay together.
/// Source: Bitcoin Core doc/policy/mempool-terminology.md.
struct Chunk {
    std::int64_t modifiedFee = 0; ///< satoshi
    std::int64_t fee = 0;         ///< satoshi, without the deltas of prioritisetransaction
    std::int32_t weight = 0;      ///< sigop-adjusted
    std::int32_t vsize = 0;
    std::int32_t prefix = 0; ///< weight of it and of the chunks of its cluster that pay the same and come before it
    std::uint32_t count = 0; ///< transactions
    std::uint32_t tie = 0;   ///< the highest txid's first four bytes
    std::uint32_t id = 0;    ///< unique in an index
    /// The same for all chunks of a cluster, of which later ones may need earlier ones; alone: it is all of its cluster.
    std::uint32_t cluster = alone;

    static constexpr std::uint32_t alone = 0xffffffff;

    /// sat/vB
    double feerate() const { return 4 * static_cast<double>(modifiedFee) / weight; }

    /// Lower is mined earlier (Bitcoin Core, TxGraphImpl::CompareMainTransactions).
    friend std::strong_ordering operator<=>(const Chunk &a, const Chunk &b)
    {
        const __int128 left = static_cast<__int128>(b.modifiedFee) * a.weight;
        const __int128 right = static_cast<__int128>(a.modifiedFee) * b.weight;
        if (left != right)
            return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
        if (a.prefix != b.prefix)
            return a.prefix <=> b.prefix;
        if (a.tie != b.tie)
            return a.tie <=> b.tie;
        return a.id <=> b.id;
    }
    friend bool operator==(const Chunk &a, const Chunk &b) { return (a <=> b) == 0; }
};

} // namespace tipwatch
