// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/channel.h"

namespace tipwatch {

std::string_view channelName(Channel channel)
{
    switch (channel) {
    case Channel::Tip:
        return "tip";
    case Channel::Blocks:
        return "blocks";
    case Channel::Txs:
        return "txs";
    case Channel::Mempool:
        return "mempool";
    case Channel::Projected:
        return "projected";
    case Channel::Fees:
        return "fees";
    case Channel::Difficulty:
        return "difficulty";
    case Channel::Network:
        return "network";
    case Channel::Nodes:
        return "nodes";
    case Channel::Metrics:
        return "metrics";
    case Channel::Status:
        return "status";
    case Channel::Track:
        return "track"; // each of them has a name of its own: track_name.h
    case Channel::Alerts:
        return "alerts";
    }
    return {};
}

std::optional<Channel> channelFromName(std::string_view name)
{
    for (const Channel channel : allChannels) {
        if (channelName(channel) == name)
            return channel;
    }
    return std::nullopt;
}

} // namespace tipwatch
