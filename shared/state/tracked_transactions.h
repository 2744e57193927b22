// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction_detail.h"
#include "shared/mempool/queue_position.h"
#include "shared/state/transaction_status.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tipwatch {

/// Where a transaction stands that somebody tracks.
struct TrackedTransaction {
    TxId txid;
    TransactionStatus status = TransactionStatus::Unknown;
    std::optional<QueuePosition> queue;            ///< while it waits, once it is described
    std::optional<ConfirmingBlock> block;          ///< once it is confirmed
    RemovalReason reason = RemovalReason::Unknown; ///< once it was removed
    std::optional<TxId> by;                        ///< the replacement, where known
};

/// Immutable, shared by all readers of one moment.
using TrackedByTxid = std::unordered_map<TxId, TrackedTransaction, HashOfHash256>;
using TrackedByTxidPtr = std::shared_ptr<const TrackedByTxid>;

/// Looks after the transactions that somebody tracks and gathers what changes. Without any nothing costs anything. Backend thread.
class TrackedTransactions {
public:
    static constexpr std::int64_t enoughConfirmations = 6; ///< of more nothing is told
    static constexpr std::int64_t leastStep = 10'000;      ///< vB; a place nearer to the tip than that is no news,
    static constexpr std::int64_t leastShare = 20;         ///< nor one by less than this part of the way

    bool isEmpty() const { return m_tracked.empty(); }
    bool contains(const TxId &txid) const { return m_tracked.contains(txid); }

    void begin(TrackedTransaction now);
    void end(const TxId &txid);

    /// It stands so now; a place that has hardly changed is no news.
    void update(TrackedTransaction now);
    /// Another block is on top: of what is confirmed there is one more confirmation.
    void blockConnected(Height tip);
    /// The block was taken back, and what it confirmed waits for what becomes of it.
    void blockDisconnected(const BlockHash &block, Height tip);

    template <class Visit> void forEach(Visit visit) const
    {
        for (const auto &[txid, tracked] : m_tracked)
            visit(tracked);
    }

    bool hasNews() const { return !m_news.empty(); }
    /// What changed since this was asked last.
    std::vector<TrackedTransaction> takeNews();
    /// How all of them stand.
    TrackedByTxidPtr all();

private:
    TrackedByTxid m_tracked;
    std::vector<TrackedTransaction> m_news;
    TrackedByTxidPtr m_all = std::make_shared<const TrackedByTxid>();
    bool m_isChanged = false; ///< since m_all was made
};

} // namespace tipwatch
