// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tipwatch {

/// One deadline per connection for any number of connections: a ring of slots, each a linked list of connection indices.
/// Setting and expiring cost O(1); an empty wheel wants no wake-up. Deadlines are met up to one tick late, never early. Not thread-safe.
class TimerWheel {
public:
    static constexpr std::int64_t tickMs = 50; ///< fine against deadlines of seconds, and at most 20 wake-ups a second
    static constexpr std::size_t slotCount = 1024;

    explicit TimerWheel(std::int64_t nowMs) : m_tick(nowMs / tickMs) { m_slots.fill(none); }

    /// Sets the deadline of @p index, replacing the one it had.
    void set(std::uint32_t index, std::int64_t deadlineMs);
    void cancel(std::uint32_t index);

    /// Calls @p expired for every index whose deadline is past; it has none then, and may be given a new one from within.
    void advance(std::int64_t nowMs, const std::function<void(std::uint32_t)> &expired);

    /// When advance() is to be called next; nothing if no deadline is set.
    std::optional<std::int64_t> nextWakeMs() const;

private:
    static constexpr std::uint32_t none = 0xffffffff;
    struct Entry {
        std::int64_t tick = 0; ///< due at its start
        std::uint32_t next = none;
        std::uint32_t previous = none;
        bool isSet = false;
    };

    void link(std::uint32_t index);
    static std::size_t slotOf(std::int64_t tick) { return static_cast<std::size_t>(tick) % slotCount; }

    std::int64_t m_tick; ///< the last one that was served
    std::array<std::uint32_t, slotCount> m_slots{};
    std::vector<Entry> m_entries; ///< by index
    std::size_t m_count = 0;
};

} // namespace tipwatch
