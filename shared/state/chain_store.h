// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"
#include "shared/domain/transaction_detail.h"
#include "shared/mempool/block_projection.h"
#include "shared/mempool/mempool_graph.h"
#include "shared/mempool/queue_position.h"
#include "shared/state/alert_book.h"
#include "shared/state/arrival_rate.h"
#include "shared/state/block_archive.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/confirmed_index.h"
#include "shared/state/departed_transactions.h"
#include "shared/state/difficulty_tracker.h"
#include "shared/state/event_bus.h"
#include "shared/state/fee_tiers.h"
#include "shared/state/pending_reorg.h"
#include "shared/state/projected_interest.h"
#include "shared/state/tracking.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <deque>
#include <mutex>
#include <span>
#include <unordered_map>

namespace tipwatch {

/// A block that joins the chain: what is shown of it, and which transactions it confirms.
struct ConnectedBlock {
    BlockSummary summary;
    std::vector<TxId> txids;                    ///< coinbase included
    ConfirmedTransactions transactions{};       ///< to be told further; null where the source knows the txids only
    std::vector<ScriptTransaction> concerned{}; ///< those that concern scripts that somebody watches; empty where it cannot tell
};

/// The node's limits on its mempool (getmempoolinfo).
struct MempoolLimits {
    std::int64_t usage = 0;    ///< bytes
    std::int64_t maxUsage = 0; ///< bytes
    Feerate minFeerate;
    friend bool operator==(const MempoolLimits &, const MempoolLimits &) = default;
};

/// The state of the run: the only place where it changes, and the only one that numbers and announces changes.
/// Lives on the backend thread and is called there by the source only; snapshot() may be called from any thread.
/// Every call publishes its events on the bus before it returns, except figures of the mempool, which are announced at once when
/// quiet and else at most every `mempoolInterval`.
class ChainStore : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t keptBlocks = 144; ///< a day of Bitcoin
    static constexpr int mempoolIntervalMs = 100;  ///< ten updates a second is what a person can read as motion
    static constexpr int peersIntervalMs = 100;    ///< the peers are told as often at most, merged
    static constexpr int reorgSettleMs = 1000;     ///< a reorg to a shorter chain (invalidateblock) is announced after this

    /// @p bus and @p clock must outlive the store.
    ChainStore(EventBus &bus, const Clock &clock, QObject *parent = nullptr);

    // --- what the node says: chain. heardAt is the Unix ms at which its word reached us.

    /// Replaces the known part of the active chain, @p blocks oldest first and contiguous. What was shown and is not in it any
    /// more is announced as disconnected, what is new above the common part as connected; the very first call announces the tip
    /// only.
    void resetChain(std::vector<BlockSummary> blocks, std::int64_t heardAt);

    /// Adds blocks below the known ones, @p blocks newest first, the first being the parent of the oldest known. Announces
    /// nothing.
    void addOlderBlocks(const std::vector<BlockSummary> &blocks);

    /// Puts a block on the tip: its transactions leave the mempool as mined, fees and feerates it can tell from the mempool are
    /// filled in.
    /// @return how many of its transactions were in the mempool view; nothing, and no change, if it does not build on the tip.
    std::optional<std::size_t> connectBlock(ConnectedBlock block, std::int64_t heardAt);

    /// Takes the tip back. @return false, and no change, if @p hash is not the tip.
    bool disconnectTip(const BlockHash &hash, std::int64_t heardAt);

    /// Replaces a block of the same hash by one of which more is known. Does nothing if it is not on the chain any more.
    void updateBlock(const BlockSummary &block, std::int64_t heardAt);

    /// What the node says of the chain besides its blocks (getblockchaininfo). Announces the tip if anything differs.
    void setChainFacts(Height headers, bool initialBlockDownload, double verificationProgress, std::int64_t heardAt);

    /// First block of a period of the difficulty, on the active chain (wantedHeaders()).
    void learnHeader(const DifficultyHeader &header, std::int64_t heardAt);

    // --- what the node says: mempool

    /// Replaces the set. Those that are new are undescribed until describeTransactions(), and are not announced as seen when they
    /// are; those that are gone are announced as removed for reason unknown.
    void resetMempool(std::span<const TxId> txids, std::uint64_t mempoolSequence, std::int64_t heardAt);

    /// A transaction entered. It counts at once; it is announced when it is described. @return false if it is already there.
    bool addTransaction(const TxId &txid, std::uint64_t mempoolSequence, std::int64_t heardAt);

    /// Fills in what was asked for. Entries that are not in the set (any more) are passed over.
    void describeTransactions(std::vector<MempoolEntry> entries);

    /// What replaces it (@p by) is told so when it is described. @return false if it is not there.
    bool removeTransaction(const TxId &txid, RemovalReason reason, std::optional<TxId> by, std::uint64_t mempoolSequence,
                           std::int64_t heardAt);

    /// Next sequence number of the node's mempool at which the present set is true (0 is unknown).
    void setMempoolSequence(std::uint64_t next) { m_mempoolSequence = next; }

    void setMempoolLimits(const MempoolLimits &limits);

    /// All the deltas of prioritisetransaction there are; those of transactions that are not in the view are passed over. Whatever is not among
    /// them pays what it pays.
    void setFeeDeltas(std::span<const FeeDelta> deltas);

    /// How the projected blocks are filled from now on.
    void setBlockFilling(const BlockFilling &filling);
    const BlockFilling &blockFilling() const { return m_filling; }

    // --- what the node says: the rest

    void setNodeFees(const NodeFeeEstimates &fees, std::int64_t heardAt);
    void setNetwork(const NetworkInfo &network, std::int64_t heardAt);
    /// All of the node's peers, in any order. What differs from what was announced last is announced, at most every
    /// `peersIntervalMs`: then the latest counts, and peers that came and went in between are never heard of.
    void setPeers(std::vector<Peer> peers, std::int64_t heardAt);
    /// exact and resyncs are shown with the mempool too.
    void setStatus(SourceStatus status);

    // --- what the rules say. Not to be called while an event is being published: the bus's readers would hear of it before that event.

    /// @return it with its id.
    AlertPtr raiseAlert(Alert alert);
    /// @return it with its end; null, and nothing is said, if no such alert holds.
    AlertPtr clearAlert(std::uint64_t id);

    // --- reading

    /// The latest picture. Any thread; cheap; never null.
    ChainSnapshotPtr snapshot() const;

    /// Contents of blocks, stale ones, reorgs. Any thread.
    const BlockArchive &archive() const { return m_archive; }

    /// Backend thread only, like all below.
    MempoolTxids mempoolTxids() const;
    std::vector<TxId> undescribed() const;
    bool hasTransaction(const TxId &txid) const { return m_graph.contains(txid) || m_undescribed.contains(txid); }
    std::size_t mempoolCount() const { return m_graph.size() + m_undescribed.size(); }
    const MempoolGraph &graph() const { return m_graph; }
    /// What projected block @p index is made of, as of now; empty if there is no such block.
    ProjectedTransactions projectedTransactions(std::size_t index) const;
    Position position() const { return m_position; }
    /// Where readers say that they want ProjectedTransactionsChanged. No part of the state.
    ProjectedInterest &projectedInterest() const { return m_projectedInterest; }
    /// Active chain as far as known, newest first.
    const std::deque<BlockPtr> &blocks() const { return m_blocks; }
    /// Heights of older blocks whose headers are needed to tell how the difficulty goes on.
    std::vector<Height> wantedHeaders() const { return m_difficulty.wanted(m_blocks); }
    BlockPtr tipBlock() const { return m_blocks.empty() ? nullptr : m_blocks.front(); }
    /// What left the mempool lately.
    const DepartedTransactions &departed() const { return m_departed; }
    /// The block among the latest that has it, if we saw that come.
    std::optional<ConfirmingBlock> confirmedIn(const TxId &txid) const;
    /// Nothing of those that are not in the mempool, or not described yet.
    std::optional<QueuePosition> queuePosition(const TxId &txid) const;
    /// What it is mined with.
    std::optional<Chunk> chunkOf(const TxId &txid) const { return m_graph.chunkOf(txid); }
    /// Whether somebody wants to know what is paid to scripts and spent from them: only then a source has to look.
    bool watchesScripts() const { return !m_tracking.scripts().isEmpty(); }
    const ScriptWatch &scripts() const { return m_tracking.scripts(); }

    /// Where readers say what they want to be told of. Any thread.
    WatchRegistry &watches() const { return m_tracking.watches(); }

private:
    struct Undescribed {
        std::int64_t heardAt = 0;
        bool announce = false;
    };

    template <class Body> void publish(Body body, std::int64_t heardAt);
    void publishMempool();
    void publishProjection();
    void publishTracked(std::int64_t heardAt);
    void publishProjectedTransactions();
    void updateFees();
    void publishFees();
    void touchMempool();
    void scheduleMempool(int delayMs);
    void publishPeers();
    void publishDifficulty(std::int64_t heardAt);
    void refreshSnapshot();
    void setTip(const BlockSummary &block);
    void pushBlock(BlockSummary summary, ConfirmedTransactions transactions, std::int64_t heardAt);
    void popBlock(std::int64_t heardAt);
    void inheritFromParent(BlockSummary &block) const;
    void keepContents(const ConnectedBlock &block, BlockSummary &summary, std::int64_t heardAt);
    bool canExpect(const BlockSummary &block, std::int64_t heardAt) const;
    void announceReorg();
    std::vector<TxId> confirm(const std::vector<TxId> &txids, BlockSummary &summary, std::int64_t heardAt);
    bool depart(const TxId &txid, DepartedTransaction how);
    void findFallenOut(ChainReorganised &reorg) const;
    bool forget(const TxId &txid);

    EventBus &m_bus;
    const Clock &m_clock;
    Position m_position;
    Tip m_tip;
    std::deque<BlockPtr> m_blocks;
    DifficultyTracker m_difficulty;
    DifficultyProgress m_difficultyProgress;
    PendingReorg m_reorg;
    QTimer m_reorgTimer;
    BlockArchive m_archive;

    mutable MempoolGraph m_graph; ///< works out the order of mining when it is asked
    std::unordered_map<TxId, Undescribed, HashOfHash256> m_undescribed;
    std::unordered_map<TxId, std::vector<TxId>, HashOfHash256> m_replacedBy; ///< until the replacement is described
    DepartedTransactions m_departed;
    ConfirmedIndex m_confirmed{keptBlocks};
    std::uint64_t m_mempoolSequence = 0;
    MempoolLimits m_limits;
    ArrivalRate m_arrivals;
    QTimer m_mempoolTimer;
    std::int64_t m_mempoolPublishedAt = 0; ///< steady ms

    FeeTiers m_feeTiers;
    NodeFeeEstimates m_nodeFees;
    FeeEstimates m_fees;
    std::int64_t m_feesHeardAt = 0;
    QTimer m_feesTimer;
    bool m_mempoolIsKnown = false; ///< all of it, or nearly: the source has told it, and what it is
    NetworkInfo m_network;
    SharedList<Peer> m_peers;        ///< as announced
    std::vector<Peer> m_latestPeers; ///< in the order of their ids
    std::int64_t m_peersHeardAt = 0;
    std::int64_t m_peersPublishedAt = -peersIntervalMs; ///< steady ms
    QTimer m_peersTimer;
    mutable Tracking m_tracking;
    SourceStatus m_status;
    MempoolSummary m_mempool;
    ProjectedBlocks m_projection;
    AlertBook m_alerts;
    BlockFilling m_filling;
    mutable ProjectedInterest m_projectedInterest;
    std::array<ProjectedTransactions, ProjectedBlocks::most> m_projectedTransactions; ///< as announced

    mutable std::mutex m_snapshotMutex;
    ChainSnapshotPtr m_snapshot;
};

} // namespace tipwatch
