// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/rule_engine.h"
#include "shared/config/rule_text.h"
#include "tests/support/domain_samples.h"
#include "tests/support/fake_clock.h"

#include <QByteArray>
#include <QByteArrayList>

namespace tipwatch::test {

inline AlertRule rule(std::vector<GivenField> fields)
{
    return readRule(fields).value();
}

/// Rules at work on events that a test tells, at the time that it sets.
class RuleBench {
public:
    explicit RuleBench(AlertRule rule) : RuleBench(std::vector{std::move(rule)}) {}
    explicit RuleBench(std::vector<AlertRule> rules)
    {
        m_now.status.state = SourceState::Live;
        m_now.status.network = "main";
        m_now.tip.height = Height(100);
        m_now.tip.receivedAt = m_clock.unixMs();
        m_rules = std::move(rules);
    }

    /// How things stand when it begins; to be changed before begin().
    ChainSnapshot &world() { return m_now; }
    QByteArray begin()
    {
        m_engine.setRules(m_rules, m_now, at(), m_firings);
        return said();
    }
    QByteArray change(std::vector<AlertRule> rules)
    {
        m_engine.setRules(rules, m_now, at(), m_firings);
        return said();
    }

    QByteArray see(ChainEventBody body)
    {
        m_engine.see({{1, ++m_seq}, m_clock.unixMs(), std::move(body), m_now.status.network}, at(), m_firings);
        return said();
    }
    QByteArray seeFees(double nextBlock) { return see(FeesChanged{{Feerate(nextBlock), {}, {}, {}, Feerate(1)}}); }
    QByteArray seeState(SourceState state, bool exact = false, std::int64_t resyncs = 0)
    {
        m_now.status.state = state;
        m_now.status.exact = exact;
        m_now.status.resyncs = resyncs;
        return see(SourceStatusChanged{m_now.status});
    }
    QByteArray seePeers(std::int32_t peers)
    {
        m_now.network.peers = peers;
        m_now.network.version = 310'000;
        return see(NetworkChanged{m_now.network});
    }
    QByteArray seeHeaders(std::int32_t headers)
    {
        m_now.tip.headers = Height(headers);
        return see(TipChanged{m_now.tip});
    }
    /// A block that is heard of now.
    QByteArray seeBlock()
    {
        m_now.tip.height = Height(m_now.tip.height.value + 1);
        m_now.tip.receivedAt = m_clock.unixMs();
        return see(TipChanged{m_now.tip});
    }

    /// Time passes, as the timer of the desk has it: from one due moment to the next.
    QByteArray wait(std::chrono::milliseconds time)
    {
        const std::int64_t until = m_clock.steadyMs() + time.count();
        for (auto due = m_engine.due(); due && *due <= until; due = m_engine.due()) {
            m_clock.advance(std::max<std::int64_t>(*due - m_clock.steadyMs(), 0));
            m_engine.tick(at(), m_firings);
        }
        m_clock.advance(until - m_clock.steadyMs());
        return said();
    }

    bool isIdle() const { return !m_engine.due(); }
    FakeClock &clock() { return m_clock; }
    /// Of the latest.
    const Alert &alert() const { return m_alert; }

private:
    Moment at() const { return {m_clock.steadyMs(), m_clock.unixMs()}; }

    /// "+rule -rule", in order.
    QByteArray said()
    {
        QByteArrayList words;
        for (const Firing &firing : std::exchange(m_firings, {})) {
            words << (firing.raised ? '+' : '-') + QByteArray::fromStdString(firing.rule);
            if (firing.raised)
                m_alert = *firing.raised;
        }
        return words.join(' ');
    }

    FakeClock m_clock;
    ChainSnapshot m_now;
    std::vector<AlertRule> m_rules;
    RuleEngine m_engine{{std::chrono::milliseconds(1000)}};
    Firings m_firings;
    Alert m_alert;
    std::uint64_t m_seq = 0;
};

} // namespace tipwatch::test
