// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert.h"
#include "shared/domain/block.h"
#include "shared/domain/difficulty.h"
#include "shared/domain/mempool_summary.h"
#include "shared/domain/node_info.h"
#include "shared/domain/peer.h"
#include "shared/domain/projected_block.h"
#include "shared/domain/source_status.h"
#include "shared/domain/transaction.h"
#include "shared/state/position.h"
#include "shared/state/script_watch.h"
#include "shared/state/tracked_transactions.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tipwatch {

using BlockPtr = std::shared_ptr<const BlockSummary>;

struct TipChanged {
    Tip tip;
};

/// A block joined the active chain.
struct BlockConnected {
    BlockPtr block;
    /// In the block's order, coinbase first; null if the source knows no more of them than their number.
    ConfirmedTransactions transactions{};
};

/// More is known of a block that was announced before.
struct BlockUpdated {
    BlockPtr block;
};

/// The tip was taken back.
struct BlockDisconnected {
    BlockPtr block;
};

/// Announced once the new branch has reached the height of the old one.
struct ChainReorganised {
    Height fork;                        ///< last block that both branches have
    std::vector<BlockPtr> disconnected; ///< tip first; of a very deep one the first PendingReorg::told
    std::vector<BlockPtr> connected;    ///< upwards; the same
    std::int32_t depth = 0;             ///< blocks that were disconnected
    /// Transactions of the old branch that the new one does not have, without coinbases, in the order in which the old one had them.
    /// Nothing: what the blocks held is not known.
    std::optional<std::vector<TxId>> fellOut{};
    std::int32_t returned = 0; ///< of these, back in the mempool by now
};

/// Transactions that entered the mempool, with all that the node says of them. Never empty.
struct TransactionsSeen {
    std::vector<MempoolEntry> entries;
};

/// Transactions that left the mempool for one common reason. Never empty.
struct TransactionsRemoved {
    std::vector<TxId> txids;
    RemovalReason reason = RemovalReason::Unknown;
    std::optional<TxId> by; ///< the replacement, where known
};

struct MempoolChanged {
    MempoolSummary summary;
};

/// What the next blocks would be has changed. At once after a block, else with the figures of the mempool.
struct ProjectionChanged {
    ProjectedBlocks projection;
};

/// With each new tip, and when more is known of older headers.
struct DifficultyChanged {
    DifficultyProgress difficulty;
};

/// What the next blocks would be made of, as far as somebody wants to know (ProjectedInterest). Begins with the whole list. Never empty.
struct ProjectedTransactionsChanged {
    std::vector<ProjectedChange> blocks;
};

struct FeesChanged {
    FeeEstimates fees;
};

struct NetworkChanged {
    NetworkInfo network;
};

/// The peers, in the order of their ids. What happened since the last such event; at most every ChainStore::peersIntervalMs.
struct PeersChanged {
    std::vector<PeerChange> changed; ///< new ones too
    std::vector<std::int64_t> gone;
};

struct SourceStatusChanged {
    SourceStatus status;
};

/// What happened to transactions that somebody tracks and to scripts that somebody watches. Told only while there are such.
struct TrackedChanged {
    std::vector<TrackedTransaction> transactions;
    std::vector<ScriptActivity> scripts;
};

/// A rule fired. Whoever raised it clears it when it is over, if Alert::lasts.
struct AlertRaised {
    AlertPtr alert;
};

struct AlertCleared {
    AlertPtr alert; ///< as it was raised, with the time of its end
};

using ChainEventBody =
    std::variant<TipChanged, BlockConnected, BlockUpdated, BlockDisconnected, ChainReorganised, TransactionsSeen,
                 TransactionsRemoved, MempoolChanged, ProjectionChanged, ProjectedTransactionsChanged, FeesChanged,
                 NetworkChanged, PeersChanged, SourceStatusChanged, DifficultyChanged, TrackedChanged, AlertRaised, AlertCleared>;

/// What happened, where in the order, and when we heard of it. Immutable; shared by all readers.
struct ChainEvent {
    Position position;
    std::int64_t timestamp = 0; ///< Unix ms at which the node's word reached us
    ChainEventBody body;
    std::string network{}; ///< as SourceStatus names it: addresses look different on each
};

using ChainEventPtr = std::shared_ptr<const ChainEvent>;

} // namespace tipwatch
