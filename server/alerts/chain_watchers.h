// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/watcher.h"

namespace tipwatch {

/// Tells of each block, but for those of a node that is still catching up.
class NewBlockWatcher final : public MomentWatcher {
public:
    using MomentWatcher::MomentWatcher;
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override;
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    bool m_isCatchingUp = false;
};

/// Blocks come as a Poisson process: the time t without one has the probability exp(-t / interval). Watches while the source is live; what was
/// raised stays until a block comes.
class BlockLateWatcher final : public LastingWatcher {
public:
    BlockLateWatcher(const AlertRule &rule, const watch::BlockLate &watched, std::chrono::milliseconds simulatedInterval)
        : LastingWatcher(rule), m_watched(watched), m_simulatedInterval(simulatedInterval)
    {
    }
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override;
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;
    std::optional<std::int64_t> due() const override;
    void tick(const Moment &at, Firings &out) override { look(at, out); }

protected:
    AlertWords words(const Moment &at) const override;

private:
    void hear(const Tip &tip, const Moment &at);
    void look(const Moment &at, Firings &out);
    std::chrono::milliseconds interval() const;
    std::chrono::milliseconds patience() const;

    const watch::BlockLate m_watched;
    const std::chrono::milliseconds m_simulatedInterval;
    SourceStatus m_status;
    bool m_isCatchingUp = false;
    std::int64_t m_lastBlockAt = 0;       ///< Unix ms; 0: none is known
    std::optional<std::int64_t> m_lateAt; ///< steady ms at which it becomes late; nothing: it does not, or it is
};

class ReorgWatcher final : public MomentWatcher {
public:
    ReorgWatcher(const AlertRule &rule, const watch::Reorg &watched) : MomentWatcher(rule), m_watched(watched) {}
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    const watch::Reorg m_watched;
};

} // namespace tipwatch
