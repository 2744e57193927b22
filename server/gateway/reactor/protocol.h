// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/out_queue.h"
#include "server/gateway/session/session.h"
#include "shared/state/position.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// One message of the stream for all who subscribed to its channel.
struct Broadcast {
    Channel channel = Channel::Tip;
    FramePtr frame;
};

/// All that one event is to the clients, possibly nothing. Shared by the shards; taken as a whole, so no client joins halfway.
struct StreamStep {
    Position position;
    std::string network; ///< as the source names it; empty leaves what is known
    std::vector<Broadcast> messages;
};
using StreamStepPtr = std::shared_ptr<const StreamStep>;

/// A shard's place in the stream: what a client that joins now, or asks, is to be told.
struct StreamState {
    Position position;
    std::string network;                         ///< "main", ...; empty is unknown
    std::array<FramePtr, channelCount> latest{}; ///< of state channels, as of position; null before the first
};

/// What is said to one client, in order.
using Outbox = std::vector<Outgoing>;

/// Speaks with the clients of one shard: answers are put in the outbox, the shard delivers them before anything newer of the stream.
/// Called on the shard's thread only.
class Protocol {
public:
    virtual ~Protocol() = default;
    virtual void opened(Session &session, const StreamState &stream, Outbox &out) = 0;
    virtual void textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) = 0;
    virtual void binaryReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) = 0;
};

} // namespace tipwatch
