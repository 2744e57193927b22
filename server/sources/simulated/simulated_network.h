// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/eviction_queue.h"
#include "server/sources/simulated/fee_market.h"
#include "server/sources/simulated/operation.h"
#include "server/sources/simulated/purge_feerate.h"
#include "server/sources/simulated/simulated_chain.h"
#include "server/sources/simulated/simulated_mempool.h"
#include "server/sources/simulated/simulated_miners.h"
#include "server/sources/simulated/simulated_peers.h"
#include "server/sources/simulated/simulated_wallets.h"
#include "shared/config/config.h"
#include "shared/domain/transaction_detail.h"

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tipwatch::simulated {

/// An invented Bitcoin network as one node sees it: a machine that is told how far time has come and answers with what happened.
/// It has no clock and no timer of its own. Seed, parameters and start decide everything that will ever happen, however the time
/// is cut into steps. Not thread-safe.
class SimulatedNetwork {
public:
    /// Microseconds since the start.
    using Time = std::int64_t;
    static constexpr Time never = std::numeric_limits<Time>::max();
    static constexpr std::int64_t defaultMaxUsage = 300'000'000; ///< bytes (Bitcoin Core, -maxmempool)

    /// @p maxUsage: memory limit of the mempool in bytes; 0 is the usual one, or more if the start needs it.
    SimulatedNetwork(const SimulatedConfig &config, std::uint64_t seed, std::int64_t startUnixMs, std::int64_t maxUsage = 0);
    SimulatedNetwork(const SimulatedNetwork &) = delete;
    SimulatedNetwork &operator=(const SimulatedNetwork &) = delete;

    // --- what was there before the start

    /// Oldest first.
    const std::vector<BlockSummary> &blocks() const { return m_chain.blocks(); }
    /// The first headers of the difficulty's periods, newest first: older than the blocks, as a rule.
    const std::array<DifficultyHeader, 2> &periods() const { return m_chain.periods(); }
    /// Names of the transactions that wait at the start; what they are is told by describeInitial().
    std::vector<TxId> initialTxids() const;
    /// Makes the next @p count of them. To be called until it answers nothing, before the first advance().
    std::vector<MempoolEntry> describeInitial(std::size_t count);
    std::size_t initialCount() const { return m_initialCount; }

    // --- what happens

    /// When something happens next.
    Time nextEvent() const;
    /// Lets time pass until @p now, or until there are @p most operations or more (then nextEvent() is not after @p now). Appends to @p operations.
    void advance(Time now, std::size_t most, std::vector<Operation> &operations);
    /// The wall clock was set: from here on it shows so many ms more than the time that has passed explains.
    void setClockOffset(std::int64_t offsetMs) { m_clockOffsetMs = offsetMs; }

    // --- how things stand

    const SimulatedMempool &mempool() const { return m_mempool; }
    TxId txidOf(Serial serial) const;
    MempoolLimits limits() const;
    FeeEstimates fees() const;
    const NetworkInfo &network() const { return m_peers.info(); }
    const std::vector<Peer> &peers() const { return m_peers.peers(); }
    /// Of the mempool or of the last few blocks. Looks through all of them.
    std::optional<TransactionDetail> detailOf(const TxId &txid) const;
    /// Coinbase first; empty of blocks that are not among the last few.
    std::vector<BlockTransactionFacts> transactionsOf(const BlockHash &hash) const;

private:
    enum Event { NextArrival, NextBlock, NextSpell, NextEstimate, NextPeers, NextExpiry, EventCount };

    std::int64_t unixMsAt(Time time) const { return m_startUnixMs + m_clockOffsetMs + time / 1000; }
    void schedule(Event event, Time now, double seconds);
    void happen(Event event, Time now);

    void arrive(Time now);
    std::optional<Draft> draft(Time now);
    void admit(const Draft &draft, Time now);
    void expire(Time now);
    void findBlock(Time now);
    void extendChain(Time now);
    void reorganise(Time now);
    void connect(MinedBlock block, Time now);
    ConnectedBlock contentsOf(const MinedBlock &block) const;
    void doubleSpend(const MinedBlock &block);
    void estimate(Time now);

    MempoolEntry entryOf(Slot slot) const;
    WtxId wtxidOf(const PooledTransaction &transaction, std::uint16_t flags) const;
    void announce(Slot slot, bool replacement = false);
    void take(std::span<const Slot> slots, RemovalReason reason, std::optional<TxId> by, Serial unannounced = noSerial);
    void trim(Serial unannounced = noSerial);
    Draft initialDraft(double age);

    SimulatedConfig m_config;
    std::uint64_t m_seed;
    std::int64_t m_startUnixMs;
    std::int64_t m_clockOffsetMs = 0;
    Random m_random;
    FeeMarket m_market;
    SimulatedMempool m_mempool;
    EvictionQueue m_evictions;
    SimulatedWallets m_wallets;
    SimulatedMiners m_miners;
    PurgeFeerate m_purge;
    std::size_t m_initialCount;
    std::size_t m_described = 0;
    double m_initialMeanAge;      ///< seconds
    double m_initialBlockFeerate; ///< sat/vB that it took to get into the last blocks before the start
    std::int64_t m_maxUsage;
    SimulatedChain m_chain;
    SimulatedPeers m_peers;
    Serial m_nextSerial;
    Prices m_prices;
    Time m_lastBlock = 0;
    std::deque<MinedBlock> m_recentBlocks; ///< newest last
    std::array<Time, EventCount> m_next{};
    std::vector<Operation> *m_operations = nullptr; ///< where the running advance() puts what happens
};

} // namespace tipwatch::simulated
