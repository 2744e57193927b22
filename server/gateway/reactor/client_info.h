// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/wire.h"
#include "shared/protocol/channel.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tipwatch {

/// What is known of one client at a moment.
struct ClientInfo {
    std::uint64_t id = 0; ///< its number in logs
    std::string remote;   ///< address and port
    Wire wire = Wire::Json;
    ChannelSet channels;
    bool filters = false;
    std::int64_t connectedMs = 0; ///< for how long
    std::uint64_t messagesIn = 0, messagesOut = 0;
    std::uint64_t bytesIn = 0, bytesOut = 0;
    std::uint64_t dropped = 0;      ///< messages that it was too slow for
    std::size_t queuedMessages = 0; ///< waiting now
    std::size_t queuedBytes = 0;
    bool isBehind = false;       ///< and more waits in the ring
    std::int64_t latencyMs = -1; ///< there and back of the last ping; -1: none was answered yet
};

} // namespace tipwatch
