// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/rule_engine.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

void RuleEngine::setRules(const std::vector<AlertRule> &rules, const ChainSnapshot &now, const Moment &at, Firings &out)
{
    std::vector<std::unique_ptr<Watcher>> before = std::exchange(m_watchers, {});
    std::vector<Watcher *> begun;
    for (const AlertRule &rule : rules) {
        if (!rule.enabled)
            continue;
        const auto same = std::ranges::find_if(before, [&](const auto &watcher) { return watcher && watcher->rule() == rule; });
        if (same != before.end()) {
            m_watchers.push_back(std::move(*same));
        } else {
            m_watchers.push_back(makeWatcher(rule, m_surroundings));
            begun.push_back(m_watchers.back().get());
        }
    }
    for (const auto &watcher : before) {
        if (watcher && watcher->isRaised())
            out.push_back(watcher->clearing());
    }
    for (Watcher *watcher : begun)
        watcher->begin(now, at, out);
}

void RuleEngine::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    for (const auto &watcher : m_watchers)
        watcher->see(event, at, out);
}

std::optional<std::int64_t> RuleEngine::due() const
{
    std::optional<std::int64_t> first;
    for (const auto &watcher : m_watchers) {
        if (const auto due = watcher->due(); due && (!first || *due < *first))
            first = due;
    }
    return first;
}

void RuleEngine::tick(const Moment &at, Firings &out)
{
    for (const auto &watcher : m_watchers) {
        if (const auto due = watcher->due(); due && *due <= at.steadyMs)
            watcher->tick(at, out);
    }
}

} // namespace tipwatch
