// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "server/sources/simulated/simulated_mempool.h"
#include "shared/domain/block.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace tipwatch::simulated {

/// What went into a block, kept for as long as a reorg may take it back.
struct MinedBlock {
    BlockSummary summary;
    std::vector<PooledTransaction> transactions;  ///< in block order, without the coinbase
    std::size_t privateCount = 0;                 ///< of these, the first were never broadcast
    std::vector<std::pair<Serial, Serial>> links; ///< parent in this block, and child in it or left in the mempool
    Serial coinbase = noSerial;
};

/// What a miner's view is like when a block is found.
struct Circumstances {
    bool hasty = false;         ///< the block before is only just out: some start on an empty block
    double unseenShare = 0.003; ///< of transactions that have not reached this miner
};

/// Fills blocks. Takes what it mines out of the mempool.
class SimulatedMiners {
public:
    /// @p templateAge: ms that what a miner works on is old, mean.
    SimulatedMiners(std::uint64_t seed, SimulatedMempool &mempool, double templateAge)
        : m_random(seed), m_mempool(mempool), m_templateAge(templateAge)
    {
    }

    /// Completes @p header (size, weight, count, fees) with what its miner knows of at @p unixMs.
    /// @param nextSerial names for the coinbase and for what was given to the miner privately; advanced.
    MinedBlock fill(BlockSummary header, std::int64_t unixMs, Circumstances circumstances, Serial &nextSerial);

    /// Puts the transactions of @p block back, with their relatives. @return their slots, in block order.
    std::vector<Slot> putBack(const MinedBlock &block, std::int64_t unixMs);

private:
    void takeFromMempool(MinedBlock &block, std::int64_t weightLimit, std::int64_t unixMs, double unseenShare);
    void addPrivate(MinedBlock &block, Serial &nextSerial);
    void summarise(MinedBlock &block);

    Random m_random;
    SimulatedMempool &m_mempool;
    double m_templateAge;
};

} // namespace tipwatch::simulated
