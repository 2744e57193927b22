// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/watcher.h"

namespace tipwatch {

/// A figure against a threshold: once it is passed, it has to come back by the hysteresis (a share of the threshold) to be over.
class Threshold {
public:
    enum class Side { Above, Below };

    Threshold(Side side, double limit, double hysteresis) : m_side(side), m_limit(limit), m_hysteresis(hysteresis) {}

    bool isPassed(double value)
    {
        const double slack = m_isPassed ? m_limit * m_hysteresis : 0;
        m_isPassed = m_side == Side::Above ? value >= m_limit - slack : value <= m_limit + slack;
        return m_isPassed;
    }

private:
    const Side m_side;
    const double m_limit;
    const double m_hysteresis;
    bool m_isPassed = false;
};

/// What the next block asks for.
class FeerateWatcher final : public LastingWatcher {
public:
    using Side = Threshold::Side;

    FeerateWatcher(const AlertRule &rule, Side side, Feerate limit, double hysteresis)
        : LastingWatcher(rule), m_side(side), m_limit(limit), m_threshold(side, limit.value, hysteresis)
    {
    }
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override { look(now.fees, at, out); }
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

protected:
    AlertWords words(const Moment &at) const override;

private:
    void look(const FeeEstimates &fees, const Moment &at, Firings &out);

    const Side m_side;
    const Feerate m_limit;
    Threshold m_threshold;
    Feerate m_feerate;
};

class MempoolSizeWatcher final : public LastingWatcher {
public:
    MempoolSizeWatcher(const AlertRule &rule, const watch::MempoolSize &watched);
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override { look(now.mempool, at, out); }
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

protected:
    AlertWords words(const Moment &at) const override;

private:
    void look(const MempoolSummary &mempool, const Moment &at, Firings &out);

    const watch::MempoolSize m_watched;
    Threshold m_usage;
    Threshold m_vsize;
    MempoolSummary m_mempool;
};

class LargeTransactionWatcher final : public MomentWatcher {
public:
    LargeTransactionWatcher(const AlertRule &rule, const watch::LargeTransaction &watched)
        : MomentWatcher(rule), m_watched(watched)
    {
    }
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    const watch::LargeTransaction m_watched;
};

} // namespace tipwatch
