// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_event.h"
#include "shared/state/script_watch.h"
#include "shared/state/tracked_transactions.h"
#include "shared/state/watch_registry.h"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace tipwatch {

class ChainStore;

/// Tells the ChainStore, of what it changes, what those want to hear who track transactions and watch scripts. Without any it costs a look at
/// two empty lists. Backend thread, but for watches().
class Tracking {
public:
    /// @p wake is called on any thread when wishes have changed: then takeWishes() is due. @p store must outlive this.
    Tracking(const ChainStore &store, std::function<void()> wake) : m_store(store), m_watches(std::move(wake)) {}

    /// Any thread.
    WatchRegistry &watches() { return m_watches; }
    const ScriptWatch &scripts() const { return m_scripts; }

    void takeWishes();

    /// Fills in what watched scripts @p entry spends from.
    void complete(MempoolEntry &entry) const;
    /// @p entry is in the mempool now, for @p isNew, as one that has just come.
    void described(const MempoolEntry &entry, bool isNew, std::int64_t heardAt);
    void removed(std::span<const TxId> txids, RemovalReason reason, std::int64_t heardAt);
    void tipMoved();
    /// @p scripts are those of its transactions that concern watched scripts, as far as the source told.
    void blockConnected(const BlockSummary &block, std::span<const TxId> txids, std::span<const ScriptTransaction> scripts,
                        std::int64_t heardAt);
    void blockDisconnected(const BlockSummary &block, std::int64_t heardAt);
    /// The order of the queue may have changed.
    void queueMoved(const ChunkIndex &chunks, const ProjectedBlocks &projection);

    /// What there is to tell.
    std::optional<TrackedChanged> takeNews();
    /// How all tracked transactions stand.
    TrackedByTxidPtr tracked() { return m_transactions.all(); }

private:
    TrackedTransaction standingOf(const TxId &txid) const;

    const ChainStore &m_store;
    WatchRegistry m_watches;
    TrackedTransactions m_transactions;
    ScriptWatch m_scripts;
};

} // namespace tipwatch
