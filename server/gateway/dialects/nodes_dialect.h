// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/text_dialect.h"

namespace tipwatch {

/// S4, /api/ws: the node's peers as S4's nodes. "subscribe" sets a filter, "unsubscribe" clears it, "request_snapshot" asks for all again.
class NodesDialect final : public TextDialect {
public:
    /// Nodes of one event that are told one by one; for more, a message has a list of what it else has one of.
    static constexpr std::size_t maxSingleNodes = 16;
    static constexpr std::size_t maxListBytes = 60'000;

    ChannelSet defaultChannels() const override { return {Channel::Nodes, Channel::Status}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override { return {}; }
    std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                    std::int64_t timestamp) const override;
    std::string put(const Answer &answer) const override;

protected:
    tl::expected<ClientRequest, RequestError> read(const MessageValue &message) const override;
};

} // namespace tipwatch
