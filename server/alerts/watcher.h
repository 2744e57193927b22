// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/latch.h"
#include "shared/domain/alert_rule.h"
#include "shared/state/chain_snapshot.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// What a rule has to say: an alert that it raises, or that the one it raised is over.
struct Firing {
    std::string rule;            ///< its name
    std::optional<Alert> raised; ///< nothing: cleared
    bool webhook = false;        ///< as the rule says
    bool ntfy = false;
};
using Firings = std::vector<Firing>;

/// When something is looked at.
struct Moment {
    std::int64_t steadyMs = 0;
    std::int64_t unixMs = 0;
};

/// What an alert says.
struct AlertWords {
    std::string title;
    std::string text;
    std::string subject{};
};

/// One rule at work. Pure: it knows what it is told and what time it is, and appends what it has to say. Not thread-safe.
class Watcher {
public:
    explicit Watcher(AlertRule rule) : m_rule(std::move(rule)) {}
    virtual ~Watcher() = default;
    Watcher(const Watcher &) = delete;
    Watcher &operator=(const Watcher &) = delete;

    /// How things stand when it begins to watch.
    virtual void begin(const ChainSnapshot &now, const Moment &at, Firings &out) = 0;
    virtual void see(const ChainEvent &event, const Moment &at, Firings &out) = 0;
    /// Steady ms at which tick() has something to do; nothing: only an event can change anything.
    virtual std::optional<std::int64_t> due() const { return std::nullopt; }
    virtual void tick(const Moment &at, Firings &out)
    {
        static_cast<void>(at);
        static_cast<void>(out);
    }
    /// Whether an alert of its holds.
    virtual bool isRaised() const { return false; }
    /// That it is over.
    Firing clearing() const { return {m_rule.name, std::nullopt, m_rule.webhook, m_rule.ntfy}; }

    const AlertRule &rule() const { return m_rule; }

protected:
    Firing raising(AlertWords words, bool lasts) const;

private:
    const AlertRule m_rule;
};

/// One that tells of moments. What comes within the cool-down, or too often for anybody to read, is passed over and counted.
class MomentWatcher : public Watcher {
public:
    static constexpr int mostPerMinute = 20;

    using Watcher::Watcher;
    void begin(const ChainSnapshot &, const Moment &, Firings &) override {}

protected:
    void tell(AlertWords words, const Moment &at, Firings &out);

private:
    std::optional<std::int64_t> m_toldAt;
    std::int64_t m_minuteBegan = 0;
    int m_toldInMinute = 0;
    std::int64_t m_passedOver = 0;
};

/// One that watches a condition, which lasts.
class LastingWatcher : public Watcher {
public:
    explicit LastingWatcher(AlertRule rule) : Watcher(std::move(rule)), m_latch(this->rule().hold, this->rule().cooldown) {}

    std::optional<std::int64_t> due() const override { return m_latch.due(); }
    void tick(const Moment &at, Firings &out) override { apply(m_latch.advance(at.steadyMs), at, out); }
    bool isRaised() const override { return m_latch.isRaised(); }

protected:
    /// The condition holds now, or does not.
    void judge(bool holds, const Moment &at, Firings &out) { apply(m_latch.set(holds, at.steadyMs), at, out); }
    virtual AlertWords words(const Moment &at) const = 0;

private:
    void apply(Latch::Change change, const Moment &at, Firings &out);

    Latch m_latch;
};

/// What rules need to know that no event says.
struct Surroundings {
    std::chrono::milliseconds simulatedBlockInterval{600'000}; ///< mean time between the blocks of a simulated network
};

/// The watcher for @p rule.
std::unique_ptr<Watcher> makeWatcher(const AlertRule &rule, const Surroundings &surroundings);

} // namespace tipwatch
