// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/event_ring.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::size_t countEvery = 64; ///< events: other shards, and clients that come back, add words to those that are here

} // namespace

void EventRing::restart(Position position)
{
    m_entries.clear();
    m_bytes = 0;
    m_end = position;
    m_before = position.seq;
}

void EventRing::add(StreamEventPtr event, std::int64_t nowMs)
{
    m_end = event->position();
    const std::size_t bytes = event->bytes();
    m_entries.push_back({std::move(event), nowMs, bytes});
    m_bytes += bytes;
    if (++m_addedSinceCount >= countEvery)
        count();
    trim(nowMs);
}

void EventRing::trim(std::int64_t nowMs)
{
    const auto most = [](std::int64_t limit) { return static_cast<std::size_t>(std::max<std::int64_t>(limit, 0)); };
    while (m_entries.size() > 1 && (m_end.seq - m_before > most(m_limits.events) || m_bytes > most(m_limits.bytes) ||
                                    m_entries.front().addedAt < nowMs - m_limits.age.count()))
        dropFront();
}

void EventRing::count()
{
    m_addedSinceCount = 0;
    m_bytes = 0;
    for (Entry &entry : m_entries) {
        entry.bytes = entry.event->bytes();
        m_bytes += entry.bytes;
    }
}

void EventRing::dropFront()
{
    m_bytes -= m_entries.front().bytes;
    m_before = m_entries.front().event->position().seq;
    m_entries.pop_front();
}

StreamEventPtr EventRing::after(std::uint64_t seq) const
{
    if (seq < m_before)
        return nullptr;
    const auto found = std::upper_bound(m_entries.begin(), m_entries.end(), seq, [](std::uint64_t value, const Entry &entry) {
        return value < entry.event->position().seq;
    });
    return found == m_entries.end() ? nullptr : found->event;
}

} // namespace tipwatch
