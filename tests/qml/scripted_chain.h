// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_store.h"

#include <random>

namespace tipwatch::test {

/// A small believable chain and mempool for the window's tests: real models, a real ChainStore, invented values. Seeded.
class ScriptedChain {
public:
    explicit ScriptedChain(const Clock &clock, std::uint32_t seed = 1);

    EventBus bus;
    ChainStore store;

    /// A chain of @p blocks with its tip at @p height, @p transactions waiting, fees, peers, and the status live.
    void begin(int blocks = 30, int height = 918'318, int transactions = 2000);
    void setState(SourceState state, const std::string &reason = {}, double progress = 0);
    void setSimulated(bool simulated);

    /// A block on the tip that confirms up to @p transactions of what waits.
    void mine(int transactions = 1500);
    void disconnectTip();
    /// Every transaction from now on has this size; 0 draws it.
    void setVsize(std::int64_t vsize) { m_vsize = vsize; }
    /// Transactions enter; @p value in satoshi, negative draws one.
    void send(int count, std::int64_t value = -1);
    /// A transaction takes the place of one that waits.
    void replaceOne();

    std::int64_t now() const { return m_clock.unixMs(); }

private:
    BlockSummary nextBlock(std::int32_t height, const BlockHash &previous, std::int64_t time);
    MempoolEntry draw();
    template <class Hash> Hash drawHash();
    double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(m_random); }

    const Clock &m_clock;
    std::mt19937 m_random;
    SourceStatus m_status;
    std::int64_t m_vsize = 0;
};

} // namespace tipwatch::test
