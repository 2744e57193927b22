// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/text_dialect.h"

namespace tipwatch {

/// S2, on /ws: state_stream.subscribe and state_stream.unsubscribe for block_updates, metrics and network, answered as JSON-RPC does;
/// keepalive by {"type":"ping"}.
class StatesDialect final : public TextDialect {
public:
    ChannelSet defaultChannels() const override { return {}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &metrics, const ChainSnapshot &at, std::int64_t timestamp) const override;
    std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                    std::int64_t timestamp) const override;
    std::string put(const Answer &answer) const override;

protected:
    tl::expected<ClientRequest, RequestError> read(const MessageValue &message) const override;
};

} // namespace tipwatch
