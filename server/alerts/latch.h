// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tipwatch {

/// Turns a condition that comes and goes into an alert that does not flap: it is raised once the condition has held without a break for the hold
/// time, cleared once it has been over for as long, and not raised again within the cool-down after that. Times are steady ms.
class Latch {
public:
    enum class Change { None, Raised, Cleared };

    Latch(std::chrono::milliseconds hold, std::chrono::milliseconds cooldown) : m_hold(hold.count()), m_cooldown(cooldown.count())
    {
    }

    /// From @p now on the condition holds, or does not.
    Change set(bool holds, std::int64_t now)
    {
        if (holds != m_holds) {
            m_holds = holds;
            m_since = now;
        }
        return advance(now);
    }

    /// Time has passed.
    Change advance(std::int64_t now)
    {
        const auto at = due();
        if (!at || now < *at)
            return Change::None;
        m_isRaised = m_holds;
        if (m_isRaised)
            return Change::Raised;
        m_clearedAt = now;
        return Change::Cleared;
    }

    /// When advance() will do something if the condition stays as it is.
    std::optional<std::int64_t> due() const
    {
        if (m_holds == m_isRaised)
            return std::nullopt;
        const std::int64_t held = m_since + m_hold;
        return m_holds && m_clearedAt ? std::max(held, *m_clearedAt + m_cooldown) : held;
    }

    bool isRaised() const { return m_isRaised; }

private:
    const std::int64_t m_hold;
    const std::int64_t m_cooldown;
    bool m_holds = false;
    bool m_isRaised = false;
    std::int64_t m_since = 0; ///< of m_holds
    std::optional<std::int64_t> m_clearedAt;
};

} // namespace tipwatch
