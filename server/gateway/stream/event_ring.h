// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/stream/stream_event.h"
#include "shared/config/config.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>

namespace tipwatch {

/// The latest events of the stream, for clients that come back or lag. Bounded in count, bytes and age.
/// Not thread-safe: each shard has its own, of references to the same events, so that its end is exactly where the shard stands in the
/// stream and nobody waits for a lock.
class EventRing {
public:
    /// @p announced: seq of the latest event that there is, be it still on its way here; must outlive the ring. Null: that is the last one here.
    explicit EventRing(const ReplayLimits &limits, const std::atomic<std::uint64_t> *announced = nullptr)
        : m_limits(limits), m_announced(announced)
    {
    }

    /// Forgets everything: the stream goes on behind @p position.
    void restart(Position position);

    /// @p event follows the last one. @p nowMs: steady.
    void add(StreamEventPtr event, std::int64_t nowMs);

    /// Forgets what passes the bounds now, the oldest first, never the latest. Events grow while they are here, when they are put into
    /// further words.
    void trim(std::int64_t nowMs);

    /// Whether nothing after @p since was forgotten. It may be ahead of the end by what is on its way here.
    bool reachesBackTo(Position since) const
    {
        const std::uint64_t latest = m_announced ? m_announced->load(std::memory_order_acquire) : 0;
        return since.epoch == m_end.epoch && since.seq >= m_before && since.seq <= std::max(m_end.seq, latest);
    }

    /// The event with the first thing that comes after @p seq; null at the end, and if it was forgotten.
    StreamEventPtr after(std::uint64_t seq) const;

    Position end() const { return m_end; }
    std::size_t size() const { return m_entries.size(); }

private:
    struct Entry {
        StreamEventPtr event;
        std::int64_t addedAt = 0;
        std::size_t bytes = 0; ///< when they were last counted
    };
    void count();
    void dropFront();

    ReplayLimits m_limits;
    const std::atomic<std::uint64_t> *m_announced;
    std::deque<Entry> m_entries;
    Position m_end;
    std::uint64_t m_before = 0; ///< seq of the last event that is not here any more
    std::size_t m_bytes = 0;
    std::size_t m_addedSinceCount = 0;
};

} // namespace tipwatch
