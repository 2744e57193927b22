// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"
#include "server/gateway/stream/stream_event.h"

#include <string>

namespace tipwatch::test {

/// An event that is to be any text on any channel, for those who speak the plain dialect. Its parts are separated by newlines.
inline ChainEventPtr plainEvent(std::uint64_t seq, Channel channel, const std::string &text, std::uint64_t epoch = 1)
{
    SourceStatus status;
    status.source = channelName(channel);
    status.reason = text;
    return std::make_shared<const ChainEvent>(ChainEvent{{epoch, seq}, 0, SourceStatusChanged{status}});
}

/// Says the texts of plain events and nothing else. A mark is a star in front.
class PlainDialect final : public Dialect {
public:
    ChannelSet defaultChannels() const override { return tipwatch::defaultChannels; }

    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *) const override
    {
        const SourceStatus &status = std::get<SourceStatusChanged>(event.body).status;
        const Channel channel = *channelFromName(status.source);
        std::vector<WireMessage> messages;
        std::size_t begin = 0;
        for (std::size_t end; (end = status.reason.find('\n', begin)) != std::string::npos; begin = end + 1)
            messages.push_back({channel, false, status.reason.substr(begin, end - begin)});
        messages.push_back({channel, kindOf(channel) == ChannelKind::State, status.reason.substr(begin)});
        return messages;
    }
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override
    {
        return {{Channel::Metrics, true, "figures"}};
    }
    std::vector<WireMessage> encode(const ChainSnapshot &, ChannelSet, const StreamFilter *, std::int64_t) const override
    {
        return {};
    }
    std::optional<std::string> marked(std::string_view payload) const override { return "*" + std::string(payload); }
    tl::expected<ClientRequest, RequestError> parse(std::string_view, bool, std::string_view) override { return ClientRequest(); }
    std::string put(const Answer &) const override { return {}; }
};

} // namespace tipwatch::test
