// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/shared_list.h"
#include "shared/state/chain_event.h"

#include <array>
#include <memory>
#include <vector>

namespace tipwatch {

/// The whole picture but for the single transactions, true at `position`. Immutable; may be held by any thread for any time.
struct ChainSnapshot {
    Position position;
    Tip tip;
    std::vector<BlockPtr> blocks; ///< of the active chain, newest first, contiguous, at most ChainStore::keptBlocks
    MempoolSummary mempool;
    FeeEstimates fees;
    NetworkInfo network;
    SharedList<Peer> peers; ///< in the order of their ids
    SourceStatus status;
    ProjectedBlocks projection{};
    DifficultyProgress difficulty{};
    TrackedByTxidPtr tracked = std::make_shared<const TrackedByTxid>(); ///< how the transactions stand that somebody tracks
    SharedList<AlertPtr> activeAlerts{};                                ///< in the order in which they were raised
    SharedList<AlertPtr> recentAlerts{};                                ///< newest first, at most AlertBook::keptAlerts
    std::array<ProjectedTransactions, ProjectedBlocks::most> projectedTransactions{}; ///< by block; null: nobody wants to know
};

using ChainSnapshotPtr = std::shared_ptr<const ChainSnapshot>;

/// Every txid of the mempool view at one moment, so that anyone can check it against the node.
struct MempoolTxids {
    Position position;
    std::uint64_t mempoolSequence =
        0; ///< the node's next sequence number (getrawmempool false true) at which this set is true; 0 is unknown
    bool exact = false;
    std::vector<TxId> txids;
};

} // namespace tipwatch
