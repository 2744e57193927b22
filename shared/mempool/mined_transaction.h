// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/mempool_summary.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tipwatch {

/// A transaction of a block, with what the mempool knew of it.
struct MinedTransaction {
    enum Flag : std::uint8_t {
        Expected = 1, ///< it was in the first projected block
        Unseen = 2,   ///< it was not in our mempool
        Prioritised = 4,
        Undescribed = 8 ///< it was in our mempool, but what it pays was not known yet: nothing is said of it
    };

    TxId txid;
    Satoshi value{-1};       ///< sum of the outputs; -1 is unknown
    Satoshi fee{-1};         ///< -1 is unknown; the coinbase pays none
    std::int32_t weight = 0; ///< 0 is unknown
    float chunkFeerate = -1; ///< sat/vB that it paid together with those it needed or that needed it; -1 is unknown
    std::uint8_t flags = 0;

    bool has(Flag flag) const { return (flags & flag) != 0; }
    bool isUnexpected() const { return (flags & (Expected | Undescribed)) == 0; }
    std::optional<Feerate> feerate() const
    {
        return fee.value < 0 || weight <= 0 ? std::nullopt : std::optional(feerateOf(fee, vsizeOf(Weight(weight))));
    }
};

/// A transaction that was expected in a block and is not there.
struct LeftOutTransaction {
    enum class Why : std::uint8_t { Missing, Fresh, Displaced };

    TxId txid;
    Satoshi fee;
    std::int32_t weight = 0;
    float chunkFeerate = 0; ///< sat/vB
    Why why = Why::Missing;
};

/// What is known of a block besides its summary, from when it came.
struct BlockContents {
    std::vector<MinedTransaction> transactions; ///< in the block's order, coinbase first
    std::vector<LeftOutTransaction> leftOut;    ///< in mining order; none also if nothing was expected or known
    std::vector<FeerateBand> histogram;         ///< of those whose fee is known; bands with something in them, cheapest first
    VBytes unknownVsize;                        ///< of those whose fee is not known, without the coinbase
    Weight expectedWeight;                      ///< of the projected block
    Weight matchedWeight;                       ///< the part of it that was mined

    /// Bytes that the lists take, about.
    std::size_t memory() const
    {
        return transactions.size() * sizeof(MinedTransaction) + leftOut.size() * sizeof(LeftOutTransaction);
    }
};

} // namespace tipwatch
