// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/text_dialect.h"

namespace tipwatch {

/// S1, /v1/stream: {"action","channels"} in; newBlock, and newTx for the transactions of each block, out. It has no answers: what is wrong
/// is for the log.
class IndexerDialect final : public TextDialect {
public:
    /// S1's largest message is 1 MB: the transactions of a block are cut below that.
    static constexpr std::size_t maxListBytes = 1'000'000;

    ChannelSet defaultChannels() const override { return {}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override { return {}; }
    std::vector<WireMessage> encode(const ChainSnapshot &, ChannelSet, const StreamFilter *, std::int64_t) const override
    {
        return {};
    }
    std::string put(const Answer &) const override { return {}; }

protected:
    tl::expected<ClientRequest, RequestError> read(const MessageValue &message) const override;
};

} // namespace tipwatch
