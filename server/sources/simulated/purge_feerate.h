// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tipwatch::simulated {

/// The feerate below which a mempool that had to evict does not let anything in (Bitcoin Core, CTxMemPool::GetMinFee): raised above what
/// was evicted, halved every twelve hours once a block has come, faster while the mempool is half empty.
class PurgeFeerate {
public:
    static constexpr double minRelay = 0.1;    ///< sat/vB (Bitcoin Core 30, DEFAULT_MIN_RELAY_TX_FEE)
    static constexpr double incremental = 0.1; ///< sat/vB (Bitcoin Core 30, DEFAULT_INCREMENTAL_RELAY_FEE)

    /// A package of @p feerate (sat/vB) was evicted.
    void evicted(double feerate);
    /// A block was connected at @p now (seconds).
    void blockConnected(double now);
    /// Lets time pass until @p now (seconds) with the mempool as full as @p usage of @p maxUsage.
    void decay(double now, std::int64_t usage, std::int64_t maxUsage);

    /// What a transaction must pay at least.
    double floor() const { return m_rolling > minRelay ? m_rolling : minRelay; }

private:
    double m_rolling = 0;
    double m_decayedAt = 0;
    bool m_blockSinceRaise = false;
};

} // namespace tipwatch::simulated
