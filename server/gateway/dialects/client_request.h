// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/stream_filter.h"
#include "shared/protocol/channel.h"
#include "shared/state/position.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Why a client's message was refused: protocol.md, "Errors".
struct RequestError {
    std::string_view code;   ///< "bad_json", "unknown_op", ...
    std::string message;     ///< one sentence for the developer of the client
    std::string channel;     ///< the one it is about, as the client named it; empty: none
    std::string id{};        ///< of the message, in the dialect's encoding; empty: it had none, or none could be read
    std::uint64_t count = 0; ///< of what it is about; 0: of nothing
};

/// A client's message in whatever dialect, checked.
struct ClientRequest {
    enum class Op {
        Subscribe,
        Unsubscribe,
        Snapshot,
        Ping,
        Authenticate,
        SetFilter,  ///< the nodes dialect's "subscribe"
        ClearFilter ///< its "unsubscribe"
    };

    Op op = Op::Ping;
    std::string id; ///< in the dialect's encoding, to be echoed; empty: none
    ChannelSet channels;
    StreamFilter filter;               ///< for those of `channels` that can have one; without one they are whole
    std::optional<Position> since;     ///< resume from there
    std::size_t lastBlocks = 0;        ///< that are to be repeated first
    std::vector<RequestError> refused; ///< channels that cannot be had; the others still apply
    std::string timestamp;             ///< of a ping: in the dialect's encoding, to be echoed; empty: none
    std::string token;                 ///< of Authenticate
};

} // namespace tipwatch
