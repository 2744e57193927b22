// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/text_dialect.h"

namespace tipwatch {

/// S3, on /ws: every client hears system_status; signals:all, signals:high and signals:type:<type> are alerts. Its channels price:<symbol> and
/// market:… are known by name; there is nothing that could be sent on them, and whoever subscribes is told so.
class SignalsDialect final : public TextDialect {
public:
    ChannelSet defaultChannels() const override { return {Channel::Status}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override { return {}; }
    std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                    std::int64_t timestamp) const override;
    std::string put(const Answer &answer) const override;

protected:
    tl::expected<ClientRequest, RequestError> read(const MessageValue &message) const override;
};

} // namespace tipwatch
