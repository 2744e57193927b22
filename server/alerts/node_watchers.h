// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/watcher.h"

namespace tipwatch {

/// One that watches a condition of the node's status.
class StatusWatcher : public LastingWatcher {
public:
    using LastingWatcher::LastingWatcher;
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) final;
    void see(const ChainEvent &event, const Moment &at, Firings &out) final;

protected:
    virtual bool holds(const SourceStatus &status) = 0;
    const SourceStatus &status() const { return m_status; }

private:
    SourceStatus m_status;
};

class NodeDownWatcher final : public StatusWatcher {
public:
    using StatusWatcher::StatusWatcher;

protected:
    bool holds(const SourceStatus &status) override;
    AlertWords words(const Moment &at) const override;
};

/// What was never exact (a node without ZMQ) is not lost, and a node that is down is no matter of exactness.
class ExactnessWatcher final : public StatusWatcher {
public:
    using StatusWatcher::StatusWatcher;

protected:
    bool holds(const SourceStatus &status) override;
    AlertWords words(const Moment &at) const override;

private:
    bool m_wasExact = false;
};

class NodeBehindWatcher final : public LastingWatcher {
public:
    NodeBehindWatcher(const AlertRule &rule, const watch::NodeBehind &watched) : LastingWatcher(rule), m_watched(watched) {}
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override { look(now.tip, at, out); }
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

protected:
    AlertWords words(const Moment &at) const override;

private:
    void look(const Tip &tip, const Moment &at, Firings &out);

    const watch::NodeBehind m_watched;
    std::int32_t m_missing = 0; ///< blocks
};

/// Not on regtest, where nodes have few or no peers.
class FewPeersWatcher final : public LastingWatcher {
public:
    FewPeersWatcher(const AlertRule &rule, const watch::FewPeers &watched) : LastingWatcher(rule), m_watched(watched) {}
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override;
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

protected:
    AlertWords words(const Moment &at) const override;

private:
    void look(const NetworkInfo &network, std::string_view name, const Moment &at, Firings &out);

    const watch::FewPeers m_watched;
    std::int32_t m_peers = 0;
};

class ResyncWatcher final : public MomentWatcher {
public:
    using MomentWatcher::MomentWatcher;
    void begin(const ChainSnapshot &now, const Moment &at, Firings &out) override;
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    std::int64_t m_resyncs = 0;
};

} // namespace tipwatch
