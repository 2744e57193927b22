// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tipwatch {

/// A transaction that was in the mempool, as it was when it left.
struct DepartedTransaction {
    TxId txid;
    bool isDescribed = true; ///< false: it left before the node said what it is; then all but how it left is unknown
    Satoshi fee;
    VBytes vsize;
    Weight weight;
    Satoshi value{-1}; ///< -1 is unknown, likewise below
    std::int32_t inputs = -1;
    std::int32_t outputs = -1;
    std::uint16_t flags = 0;
    RemovalReason reason = RemovalReason::Unknown;
    std::int64_t enteredAt = 0; ///< Unix seconds, the node's mempool; 0 is unknown
    std::int64_t leftAt = 0;    ///< Unix ms
    std::optional<TxId> by;     ///< the replacement, where known
    BlockHash block;            ///< that mined it; null: none
    Height height = unknownHeight;
};

/// A transaction with those that it replaced, and those that these replaced.
struct Replacements {
    TxId txid;
    std::optional<DepartedTransaction> departed; ///< nothing: it is not among those that left
    std::vector<Replacements> replaced;          ///< in the order in which they left
};

/// What left the mempool lately: bounded by count and age, the oldest go first. What comes back is taken out. Not thread-safe.
class DepartedTransactions {
public:
    static constexpr std::size_t most = 20'000;                   ///< some 6 MB
    static constexpr std::int64_t longestMs = 24ll * 3600 * 1000; ///< a day
    static constexpr std::size_t largestTree = 50;                ///< transactions of Replacements

    void add(DepartedTransaction departed);
    /// It is in the mempool again.
    void returned(const TxId &txid);
    /// The block was taken back: what it mined and is not told otherwise has no block any more.
    void blockLost(const BlockHash &block);

    /// Null if it never left, or too long ago. Good until the next change.
    const DepartedTransaction *find(const TxId &txid) const;
    std::size_t size() const { return m_byTxid.size(); }

    /// The latest of the transactions that replaced @p txid, one after the other; itself if none did.
    TxId lastOf(const TxId &txid) const;
    /// The tree below @p txid.
    Replacements replacedBy(const TxId &txid) const;

private:
    void dropOldest();
    void unlink(const DepartedTransaction &departed);
    Replacements tree(const TxId &txid, std::size_t &room) const;

    struct Order {
        TxId txid;
        std::int64_t leftAt = 0;
    };
    std::unordered_map<TxId, DepartedTransaction, HashOfHash256> m_byTxid;
    std::deque<Order> m_order;                                               ///< may name what has come back
    std::unordered_map<TxId, std::vector<TxId>, HashOfHash256> m_replacedBy; ///< replacement -> what it replaced
};

} // namespace tipwatch
