// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/node_watchers.h"

#include "server/alerts/words.h"

#include <utility>

namespace tipwatch {

namespace {

bool answers(const SourceStatus &status)
{
    return status.state == SourceState::Live || status.state == SourceState::Syncing;
}

} // namespace

void StatusWatcher::begin(const ChainSnapshot &now, const Moment &at, Firings &out)
{
    m_status = now.status;
    judge(holds(m_status), at, out);
}

void StatusWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    const auto *changed = std::get_if<SourceStatusChanged>(&event.body);
    if (!changed)
        return;
    m_status = changed->status;
    judge(holds(m_status), at, out);
}

bool NodeDownWatcher::holds(const SourceStatus &status)
{
    return !answers(status);
}

AlertWords NodeDownWatcher::words(const Moment &) const
{
    const std::string node = status().node.empty() ? "The node" : "The node at " + status().node;
    return {status().state == SourceState::Error ? "The node cannot be used" : "The node does not answer",
            status().reason.empty() ? node + " does not answer." : node + ": " + status().reason};
}

bool ExactnessWatcher::holds(const SourceStatus &status)
{
    m_wasExact = answers(status) && (m_wasExact || status.exact);
    return m_wasExact && !status.exact;
}

AlertWords ExactnessWatcher::words(const Moment &) const
{
    return {"The mempool is not exact any more",
            status().reason.empty() ? "The view is not proven equal to the node's since then." : status().reason};
}

void NodeBehindWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<TipChanged>(&event.body))
        look(changed->tip, at, out);
}

void NodeBehindWatcher::look(const Tip &tip, const Moment &at, Firings &out)
{
    m_missing = tip.isKnown() && tip.headers != unknownHeight ? tip.headers.value - tip.height.value : 0;
    judge(m_missing >= m_watched.blocks, at, out);
}

AlertWords NodeBehindWatcher::words(const Moment &) const
{
    return {"The node is behind by " + counted(m_missing, "block", "blocks"),
            "It knows the headers of " + counted(m_missing, "block", "blocks") + " that it has not connected yet."};
}

void FewPeersWatcher::begin(const ChainSnapshot &now, const Moment &at, Firings &out)
{
    if (now.network.version > 0) // else nothing was heard of it yet
        look(now.network, now.status.network, at, out);
}

void FewPeersWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<NetworkChanged>(&event.body))
        look(changed->network, event.network, at, out);
}

void FewPeersWatcher::look(const NetworkInfo &network, std::string_view name, const Moment &at, Firings &out)
{
    m_peers = network.peers;
    judge(m_peers < m_watched.peers && name != "regtest", at, out);
}

AlertWords FewPeersWatcher::words(const Moment &) const
{
    return {m_peers == 0 ? "The node has no peers" : "The node has few peers",
            "It is connected to " + counted(m_peers, "peer", "peers") + "; fewer than " + grouped(m_watched.peers) +
                " may show it too little of the network."};
}

void ResyncWatcher::begin(const ChainSnapshot &now, const Moment &, Firings &)
{
    m_resyncs = now.status.resyncs;
}

void ResyncWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    const auto *changed = std::get_if<SourceStatusChanged>(&event.body);
    if (!changed)
        return;
    const std::int64_t before = std::exchange(m_resyncs, changed->status.resyncs);
    if (m_resyncs > before)
        tell({"The mempool is read anew",
              "What the node told did not add up. Since the start that was so " + counted(m_resyncs, "time.", "times.")},
             at, out);
}

} // namespace tipwatch
