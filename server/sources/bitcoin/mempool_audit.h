// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_book.h"
#include "server/sources/bitcoin/mempool_tracker.h"

#include <functional>
#include <unordered_set>
#include <vector>

namespace tipwatch {

/// A mempool as a plain set, brought forward from a snapshot. @p book must outlive it.
class TxidSetView final : public TrackedView {
public:
    TxidSetView(const BlockBook &book, const std::vector<TxId> &txids) : m_book(book), m_txids(txids.begin(), txids.end()) {}

    bool contains(const TxId &txid) const override { return m_txids.contains(txid); }
    void add(const TxId &txid, std::uint64_t) override { m_txids.insert(txid); }
    void remove(const TxId &txid, std::uint64_t) override { m_txids.erase(txid); }
    std::size_t connect(const BlockHash &hash) override;
    void disconnect(const BlockHash &) override {}
    std::optional<BlockHash> parentOf(const BlockHash &hash) const override { return m_book.parentOf(hash); }

    const std::unordered_set<TxId, HashOfHash256> &txids() const { return m_txids; }

private:
    const BlockBook &m_book;
    std::unordered_set<TxId, HashOfHash256> m_txids;
};

/// Proves a view: a second tracker starts from a fresh snapshot, follows the same stream for as long as it takes until both stand at the
/// same sequence number, and then the two sets must be equal. So a view can be proven while the node is busy.
class MempoolAudit {
public:
    enum class Verdict { Open, Equal, Different, Void };

    /// @param tracker the one whose view is examined; it and @p book must outlive the audit.
    MempoolAudit(const MempoolTracker &tracker, const BlockBook &book);

    /// Every message that @p tracker applies, from construction on.
    void applied(const SequenceMessage &message);

    /// The answer to a request made after construction. @p waiting are messages that @p tracker has yet to apply.
    void snapshotArrived(const MempoolSnapshot &snapshot, const std::vector<SequenceMessage> &waiting);

    /// Compares if that is possible now. Open: ask again after the next message. Void: the snapshot did not fit the stream, which
    /// says nothing about the view.
    Verdict verdict(std::size_t viewSize, const std::function<bool(const TxId &)> &viewContains) const;
    bool hasSnapshot() const { return m_shadow != nullptr; }

private:
    const MempoolTracker &m_examined;
    const BlockBook &m_book;
    std::optional<BlockHash> m_streamTip; ///< at construction
    std::vector<SequenceMessage> m_journal;
    std::size_t m_skip = 0; ///< messages yet to be applied that the snapshot holds
    std::unique_ptr<TxidSetView> m_view;
    std::unique_ptr<MempoolTracker> m_shadow;
};

} // namespace tipwatch
