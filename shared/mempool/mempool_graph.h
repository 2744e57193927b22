// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/mempool_summary.h"
#include "shared/domain/transaction.h"
#include "shared/mempool/mempool_chunks.h"
#include "shared/mempool/mempool_nodes.h"
#include "shared/mempool/txid_index.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tipwatch {

/// The transactions of the mempool and who spends whom, with sums and the feerate histogram kept up to date.
/// Not thread-safe; lives on the backend thread. add/remove cost O(parents + children); nothing is ever recomputed as a whole.
/// The order in which they will be mined hangs on the same nodes: see MempoolChunks. Source of the terms: Bitcoin Core
/// doc/policy/mempool-terminology.md.
class MempoolGraph {
public:
    /// Adds a transaction. Parents that are not there (yet) are remembered and joined should they come.
    /// @return false if the txid is already present; nothing changes then.
    bool add(const MempoolEntry &entry);

    /// Takes a transaction out; its relatives stay. @return false if it is not there.
    bool remove(const TxId &txid);

    void clear();

    /// All the deltas that there are: what is not among them has none. @return whether that changed anything.
    bool setFeeDeltas(std::span<const FeeDelta> deltas);

    bool contains(const TxId &txid) const { return slotOf(txid) != TxidIndex::none; }

    /// What is known of a transaction. wtxid is not kept and comes back null.
    std::optional<MempoolEntry> find(const TxId &txid) const;

    /// Every unconfirmed transaction it depends on, directly or not, itself excluded; no particular order.
    std::vector<TxId> ancestors(const TxId &txid) const;
    /// Every transaction that depends on it, directly or not, itself excluded; no particular order.
    std::vector<TxId> descendants(const TxId &txid) const;

    std::size_t size() const { return m_index.size(); }
    VBytes totalVsize() const { return m_vsize; }
    Satoshi totalFees() const { return m_fees; }

    /// Bands of feerateBands that hold anything, cheapest first.
    std::vector<FeerateBand> histogram() const;

    /// All of it in mining order, as of now. Costs the clusters that have changed since it was asked for last.
    const ChunkIndex &chunks() const { return m_chunks.upToDate(m_nodes); }
    /// What it is mined with.
    std::optional<Chunk> chunkOf(const TxId &txid) const;
    /// Calls @p visit for every transaction of a chunk of chunks().
    template <class Visit> void forEachMember(const Chunk &chunk, Visit visit) const
    {
        m_chunks.forEachMember(chunk, [&](Slot slot) { visit(std::as_const(m_nodes)[slot]); });
    }

    /// Calls @p visit for every txid; no particular order.
    void forEachTxid(const std::function<void(const TxId &)> &visit) const;

private:
    using Slot = MempoolSlot;
    using Node = MempoolNode;

    auto keyOf() const
    {
        return [this](Slot slot) -> const TxId & { return m_nodes[slot].txid; };
    }
    Slot slotOf(const TxId &txid) const;
    void joinWaitingChildren(Slot parent);
    void join(Slot parent, Slot child);
    std::vector<TxId> relatives(const TxId &txid, std::vector<Slot> Node::*direction) const;

    MempoolNodes m_nodes;
    mutable MempoolChunks m_chunks; ///< works out what has changed when it is asked
    TxidIndex m_index;
    std::unordered_multimap<TxId, TxId, HashOfHash256> m_awaitedParents; ///< parent not there yet -> child
    std::array<std::int64_t, feerateBands.size()> m_bands{};             ///< vsize in each
    std::array<std::int32_t, feerateBands.size()> m_bandCounts{};
    std::unordered_set<TxId, HashOfHash256> m_prioritised; ///< that have a delta
    VBytes m_vsize;
    Satoshi m_fees;
};

} // namespace tipwatch
