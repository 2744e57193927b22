// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/node_messages.h"

#include "server/gateway/dialects/nodes_dialect.h"
#include "shared/protocol/encoder.h"

#include <tuple>

namespace tipwatch {

namespace {

auto nodeFields(const Peer &p)
{
    return std::tie(p.address, p.network, p.subversion, p.connectionType, p.inbound, p.connectedAt, p.syncedBlocks);
}

auto telemetryFields(const Peer &p)
{
    return std::tie(p.pingMs, p.bytesIn, p.bytesOut);
}

/// Writes members of @p now: all if there is no @p before, else those that are not as they were.
class Members {
public:
    Members(ValueWriter &out, const Peer *before, const Peer &now) : m_out(out), m_before(before), m_now(now) {}

    void node() const
    {
        text("address", &Peer::address);
        text("network", &Peer::network);
        text("subversion", &Peer::subversion);
        text("connectionType", &Peer::connectionType);
        if (differs(&Peer::inbound))
            m_out.member("inbound", m_now.inbound);
        if (differs(&Peer::connectedAt)) {
            m_out.key("connectedAt");
            m_now.connectedAt == 0 ? m_out.null() : m_out.value(m_now.connectedAt);
        }
        if (differs(&Peer::syncedBlocks)) {
            m_out.key("syncedBlocks");
            m_now.syncedBlocks == unknownHeight ? m_out.null() : m_out.value(m_now.syncedBlocks.value);
        }
    }

    void telemetry() const
    {
        if (differs(&Peer::pingMs)) {
            m_out.key("pingMs");
            m_now.pingMs < 0 ? m_out.null() : m_out.value(toThousandth(m_now.pingMs));
        }
        if (differs(&Peer::bytesIn))
            m_out.member("bytesIn", m_now.bytesIn);
        if (differs(&Peer::bytesOut))
            m_out.member("bytesOut", m_now.bytesOut);
    }

private:
    template <class T> bool differs(T Peer::*member) const { return !m_before || m_before->*member != m_now.*member; }
    void text(std::string_view key, std::string Peer::*member) const
    {
        if (!differs(member))
            return;
        m_out.key(key);
        (m_now.*member).empty() ? m_out.null() : m_out.value(m_now.*member);
    }

    ValueWriter &m_out;
    const Peer *m_before;
    const Peer &m_now;
};

/// Collects what the changes are in each type of message.
class ChangeLists {
public:
    void add(const Peer *before, const Peer &now)
    {
        if (!before || nodeFields(*before) != nodeFields(now)) {
            nodes.add([&](ValueWriter &out) {
                out.beginObject().member("id", now.id);
                Members(out, before, now).node();
                out.endObject();
            });
        }
        if (now.position && (!before || before->position != now.position))
            addPosition(now);
        if (!before || telemetryFields(*before) != telemetryFields(now)) {
            telemetry.add([&](ValueWriter &out) {
                out.beginObject().member("id", now.id);
                Members(out, before, now).telemetry();
                out.endObject();
            });
        }
    }

    void addPosition(const Peer &peer)
    {
        positions.add([&](ValueWriter &out) {
            out.beginObject().member("id", peer.id);
            out.member("latitude", peer.position->latitude).member("longitude", peer.position->longitude).endObject();
        });
    }

    void addStatus(std::int64_t id, std::string_view status)
    {
        statuses.add([&](ValueWriter &out) { out.beginObject().member("id", id).member("status", status).endObject(); });
    }

    ValueList statuses{Encoding::Json};
    ValueList nodes{Encoding::Json};
    ValueList positions{Encoding::Json};
    ValueList telemetry{Encoding::Json};
};

void writeAll(ValueWriter &out, std::string_view key, const ValueList &list)
{
    out.key(key);
    list.write(out, {0, list.size(), 0});
}

} // namespace

void NodeMessages::addChanges(const PeersChanged &changed)
{
    ChangeLists lists;
    for (const PeerChange &change : changed.changed) {
        if (!accepts(change.now))
            continue;
        if (!change.before)
            lists.addStatus(change.now.id, "connected");
        // One that the filter did not let through before is new to the client.
        const bool isKnown = change.before && accepts(*change.before);
        lists.add(isKnown ? &*change.before : nullptr, change.now);
    }
    for (const std::int64_t id : changed.gone) {
        if (!m_filter || !m_filter->nodes || m_filter->nodes->acceptsGone(id))
            lists.addStatus(id, "disconnected");
    }
    addEach("node_status", NodeMessage::Status, lists.statuses);
    addEach("node_update", NodeMessage::Node, lists.nodes);
    addEach("position_update", NodeMessage::Position, lists.positions);
    addEach("telemetry_update", NodeMessage::Telemetry, lists.telemetry);
}

void NodeMessages::addSnapshot(std::span<const Peer> peers)
{
    ChangeLists lists;
    for (const Peer &peer : peers) {
        if (!accepts(peer))
            continue;
        lists.nodes.add([&](ValueWriter &out) {
            out.beginObject().member("id", peer.id);
            const Members members(out, nullptr, peer);
            members.node();
            members.telemetry();
            out.endObject();
        });
        if (peer.position)
            lists.addPosition(peer);
    }
    m_messages.push_back(
        {Channel::Nodes, false, typedMessage("snapshot", m_timestamp, peers.size() * 384 + 128, [&](ValueWriter &out) {
             out.beginObject();
             writeAll(out, "nodes", lists.nodes);
             writeAll(out, "positions", lists.positions);
             out.key("messages").beginArray().endArray(); // no node of this network sends any
             out.endObject();
         })});
}

void NodeMessages::addSource(const SourceStatus &status)
{
    if (!wants(NodeMessage::Status))
        return;
    m_messages.push_back({Channel::Status, true, typedMessage("node_status", m_timestamp, 256, [&](ValueWriter &out) {
                              out.beginObject().key("id").null().member("status", stateName(status.state));
                              out.key("reason");
                              status.reason.empty() ? out.null() : out.value(status.reason);
                              out.endObject();
                          })});
}

bool NodeMessages::accepts(const Peer &peer) const
{
    return !m_filter || !m_filter->nodes || m_filter->nodes->accepts(peer);
}

bool NodeMessages::wants(NodeMessage message) const
{
    return !m_filter || m_filter->nodeMessages == 0 || (m_filter->nodeMessages & static_cast<std::uint8_t>(message)) != 0;
}

void NodeMessages::addEach(std::string_view type, NodeMessage message, const ValueList &list)
{
    if (!wants(message))
        return;
    const auto add = [&](std::size_t bytes, auto writeData) {
        m_messages.push_back({Channel::Nodes, false, typedMessage(type, m_timestamp, bytes + 80, writeData)});
    };
    if (list.size() <= NodesDialect::maxSingleNodes) {
        for (std::size_t i = 0; i < list.size(); ++i)
            add(list[i].size(), [&](ValueWriter &out) { out.raw(list[i]); });
        return;
    }
    for (const ValueList::Part &part : list.parts(NodesDialect::maxListBytes))
        add(part.bytes, [&](ValueWriter &out) { list.write(out, part); });
}

} // namespace tipwatch
