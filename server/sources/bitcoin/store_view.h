// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/mempool_tracker.h"
#include "server/sources/bitcoin/node_link.h"
#include "server/sources/bitcoin/removal_guess.h"

namespace tipwatch {

/// The ChainStore as a MempoolTracker writes to it. What the stream's hashes alone do not tell is set before each message.
class StoreView final : public TrackedView {
public:
    explicit StoreView(const NodeLink &link) : m_link(link) {}

    /// Of the message that is applied next: Unix ms at which it was heard; why, if it is a removal.
    void setOccasion(std::int64_t heardAt, const RemovalGuess &removal)
    {
        m_heardAt = heardAt;
        m_removal = removal;
    }

    bool contains(const TxId &txid) const override { return m_link.store.hasTransaction(txid); }
    void add(const TxId &txid, std::uint64_t sequence) override { m_link.store.addTransaction(txid, sequence, m_heardAt); }
    void remove(const TxId &txid, std::uint64_t sequence) override
    {
        m_link.store.removeTransaction(txid, m_removal.reason, m_removal.by, sequence, m_heardAt);
    }
    std::size_t connect(const BlockHash &hash) override;
    void disconnect(const BlockHash &hash) override { m_link.store.disconnectTip(hash, m_heardAt); }
    std::optional<BlockHash> parentOf(const BlockHash &hash) const override { return m_link.book.parentOf(hash); }

private:
    const NodeLink &m_link;
    std::int64_t m_heardAt = 0;
    RemovalGuess m_removal;
};

} // namespace tipwatch
