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
    case Channel::Projected0:
        return "projected:0";
    case Channel::Projected1:
        return "projected:1";
    case Channel::Projected2:
        return "projected:2";
    case Channel::Projected3:
        return "projected:3";
    case Channel::Projected4:
        return "projected:4";
    case Channel::Projected5:
        return "projected:5";
    case Channel::Projected6:
        return "projected:6";
    case Channel::Projected7:
        return "projected:7";
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
