// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "server/sources/simulated/simulated_mempool.h"

#include <optional>
#include <utility>
#include <vector>

namespace tipwatch::simulated {

/// A transaction that somebody is about to send; serial and time are given to it on arrival.
struct Draft {
    PooledTransaction transaction;
    std::vector<Slot> parents;
    std::vector<Slot> replaced; ///< what it takes the place of, with all that depends on it, parents first
};

/// The people behind the transactions: what they spend and how they help those of theirs that are stuck.
class SimulatedWallets {
public:
    SimulatedWallets(std::uint64_t seed, const SimulatedMempool &mempool) : m_random(seed), m_mempool(mempool) {}

    /// Pays @p feerate (sat/vB): mostly from confirmed outputs, sometimes from recent change, or for a parent that is stuck (CPFP).
    Draft spend(double feerate);

    /// Replaces a transaction that pays less than @p feerate by one that pays so much (RBF); nothing if none was found.
    std::optional<Draft> bump(double feerate);

    /// Replaces a cheap transaction by one that pays as little more as nodes take (incremental relay), @p floor at least.
    std::optional<Draft> bumpSlightly(double floor, double incremental);

    /// @p slot has come into the mempool.
    void arrived(Slot slot);

private:
    std::optional<Slot> recent();
    std::optional<Slot> cheapOne(int looks);
    bool canSpend(Slot parent) const;
    void chooseParents(Draft &draft, std::int32_t inputs);
    std::optional<Draft> rescue(double feerate);
    std::optional<Draft> replace(Slot original, double feerate, double incremental) const;
    PooledTransaction drawTransaction();

    Random m_random;
    const SimulatedMempool &m_mempool;
    std::vector<std::pair<Slot, Serial>> m_recent; ///< ring of the latest arrivals
    std::size_t m_next = 0;
};

/// The fee for @p vsize at @p feerate, as much as can be stored.
std::uint32_t feeFor(double feerate, double vsize);

} // namespace tipwatch::simulated
