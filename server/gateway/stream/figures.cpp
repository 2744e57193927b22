// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/figures.h"

#include <algorithm>
#include <numeric>

namespace tipwatch {

Figures::Look Figures::look(std::int64_t nowMs) const
{
    const auto steps = m_counters.broadcastLatency.steps();
    return {nowMs, m_counters.messagesSent.load(), m_counters.bytesSent.load(),
            std::accumulate(steps.begin(), steps.end(), std::uint64_t{0}), m_counters.broadcastLatency.sumMs()};
}

StreamMetrics Figures::take(const ChainSnapshot &snapshot, std::int64_t nowMs)
{
    const Look now = look(nowMs);
    const double seconds = static_cast<double>(std::max<std::int64_t>(now.atMs - m_last.atMs, 1)) / 1000;
    StreamMetrics metrics;
    metrics.txPerSecond = snapshot.mempool.txPerSecond;
    if (const std::size_t count = std::min(snapshot.blocks.size(), intervals + 1); count > 1)
        metrics.blockInterval = static_cast<double>(snapshot.blocks.front()->time - snapshot.blocks[count - 1]->time) /
                                static_cast<double>(count - 1);
    if (now.latencies > m_last.latencies)
        metrics.eventLatencyMs = (now.latencySumMs - m_last.latencySumMs) / static_cast<double>(now.latencies - m_last.latencies);
    metrics.clients = m_counters.clients.load();
    metrics.messagesPerSecond = static_cast<double>(now.messages - m_last.messages) / seconds;
    metrics.bytesPerSecond = static_cast<double>(now.bytes - m_last.bytes) / seconds;
    metrics.usage = m_counters.queuedBytes.load();
    m_last = now;
    return metrics;
}

} // namespace tipwatch
