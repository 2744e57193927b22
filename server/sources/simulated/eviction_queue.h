// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/simulated_mempool.h"

#include <queue>

#include <vector>

namespace tipwatch::simulated {

/// Knows which transaction a full mempool would give up next: the one that, with its descendants, pays least (Bitcoin Core,
/// CTxMemPool::TrimToSize). Only the cheap end is kept in order; a look through the whole mempool refills it, once for thousands of evictions.
class EvictionQueue {
public:
    explicit EvictionQueue(const SimulatedMempool &mempool) : m_mempool(mempool) {}

    /// To be called for what was added and for the ancestors of what was added or removed.
    void touched(Slot slot);

    /// The next to go; the mempool must not be empty.
    Slot worst();

private:
    struct Candidate {
        float score; ///< of the package with descendants: the higher of it and its own feerate
        Slot slot;
        Serial serial;
        bool operator>(const Candidate &other) const
        {
            return score != other.score ? score > other.score : serial > other.serial;
        }
    };
    float scoreOf(Slot slot) const;
    void refill();

    const SimulatedMempool &m_mempool;
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> m_queue;
    float m_bound = 0; ///< everything with a lower score is in the queue
};

} // namespace tipwatch::simulated
