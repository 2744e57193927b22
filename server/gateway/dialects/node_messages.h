// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"
#include "server/gateway/dialects/value_list.h"

#include <span>

namespace tipwatch {

/// Puts peers into S4's messages: {type, data, timestamp}.
class NodeMessages {
public:
    NodeMessages(std::int64_t timestamp, const StreamFilter *filter) : m_timestamp(timestamp), m_filter(filter) {}

    /// node_status, node_update, position_update and telemetry_update, in this order.
    void addChanges(const PeersChanged &changed);
    /// All of it, whatever messageTypes are set: it comes on connect and on request only.
    void addSnapshot(std::span<const Peer> peers);
    /// node_status of the node that is watched; it has no id.
    void addSource(const SourceStatus &status);

    std::vector<WireMessage> take() { return std::move(m_messages); }

private:
    bool accepts(const Peer &peer) const;
    bool wants(NodeMessage message) const;
    void addEach(std::string_view type, NodeMessage message, const ValueList &list);

    const std::int64_t m_timestamp;
    const StreamFilter *const m_filter;
    std::vector<WireMessage> m_messages;
};

} // namespace tipwatch
