// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/watcher.h"

#include <memory>
#include <optional>
#include <vector>

namespace tipwatch {

/// The rules at work on the stream of events: no I/O, no clock, no thread of its own; what it has to say it appends. It touches nothing and
/// may be asked in the middle of an event's publication.
class RuleEngine {
public:
    explicit RuleEngine(const Surroundings &surroundings) : m_surroundings(surroundings) {}

    /// Watches for @p rules from now on; those that are disabled are left out. A rule that is as it was goes on as if nothing had happened;
    /// what others had raised is cleared.
    void setRules(const std::vector<AlertRule> &rules, const ChainSnapshot &now, const Moment &at, Firings &out);

    void see(const ChainEvent &event, const Moment &at, Firings &out);
    /// Steady ms at which tick() has something to do.
    std::optional<std::int64_t> due() const;
    void tick(const Moment &at, Firings &out);

private:
    const Surroundings m_surroundings;
    std::vector<std::unique_ptr<Watcher>> m_watchers;
};

} // namespace tipwatch
