// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/timer_wheel.h"

#include <algorithm>

namespace tipwatch {

void TimerWheel::set(std::uint32_t index, std::int64_t deadlineMs)
{
    if (index >= m_entries.size())
        m_entries.resize(index + 1);
    cancel(index);
    m_entries[index].tick = std::max((deadlineMs + tickMs - 1) / tickMs, m_tick + 1);
    m_entries[index].isSet = true;
    ++m_count;
    link(index);
}

void TimerWheel::link(std::uint32_t index)
{
    Entry &entry = m_entries[index];
    std::uint32_t &head = m_slots[slotOf(entry.tick)];
    entry.previous = none;
    entry.next = head;
    if (head != none)
        m_entries[head].previous = index;
    head = index;
}

void TimerWheel::cancel(std::uint32_t index)
{
    if (index >= m_entries.size() || !m_entries[index].isSet)
        return;
    Entry &entry = m_entries[index];
    if (entry.previous != none)
        m_entries[entry.previous].next = entry.next;
    else
        m_slots[slotOf(entry.tick)] = entry.next;
    if (entry.next != none)
        m_entries[entry.next].previous = entry.previous;
    entry.isSet = false;
    --m_count;
}

void TimerWheel::advance(std::int64_t nowMs, const std::function<void(std::uint32_t)> &expired)
{
    const std::int64_t now = nowMs / tickMs;
    // After a long sleep one turn of the wheel visits every slot.
    std::int64_t tick = std::max(m_tick + 1, now - static_cast<std::int64_t>(slotCount) + 1);
    std::vector<std::uint32_t> due;
    for (; tick <= now; ++tick) {
        for (std::uint32_t index = m_slots[slotOf(tick)]; index != none; index = m_entries[index].next) {
            if (m_entries[index].tick <= now)
                due.push_back(index);
        }
    }
    m_tick = std::max(m_tick, now);
    for (const std::uint32_t index : due)
        cancel(index);
    for (const std::uint32_t index : due)
        expired(index);
}

std::optional<std::int64_t> TimerWheel::nextWakeMs() const
{
    if (m_count == 0)
        return std::nullopt;
    for (std::int64_t tick = m_tick + 1; tick <= m_tick + static_cast<std::int64_t>(slotCount); ++tick) {
        if (m_slots[slotOf(tick)] != none)
            return tick * tickMs;
    }
    return std::nullopt;
}

} // namespace tipwatch
