// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/reactor_counters.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"

#include <cstdint>

namespace tipwatch {

/// What the metrics channel says: the reactor's counters as rates between two looks. Not thread-safe.
class Figures {
public:
    static constexpr std::size_t intervals = 12; ///< between the latest blocks, of which the mean is told

    /// @p counters must outlive it.
    explicit Figures(const ReactorCounters &counters) : m_counters(counters) {}

    /// The first rates are over the time from here. Steady ms.
    void begin(std::int64_t nowMs) { m_last = look(nowMs); }

    /// Over the time since the last call.
    StreamMetrics take(const ChainSnapshot &snapshot, std::int64_t nowMs);

private:
    struct Look {
        std::int64_t atMs = 0;
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::uint64_t latencies = 0;
        double latencySumMs = 0;
    };
    Look look(std::int64_t nowMs) const;

    const ReactorCounters &m_counters;
    Look m_last;
};

} // namespace tipwatch
