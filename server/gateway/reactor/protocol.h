// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/newcomer.h"
#include "server/gateway/reactor/out_queue.h"
#include "server/gateway/session/session.h"
#include "server/gateway/stream/event_ring.h"

#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

class Dialect;

/// What the publisher tells all shards at once; taken as a whole, so no client joins halfway.
struct StreamStep {
    StreamEventPtr event;      ///< null: the stream begins (again) at the snapshot
    ChainSnapshotPtr snapshot; ///< the picture after the event; null: as before
};

/// A shard's place in the stream: what a client that joins now, or asks, is to be told.
struct StreamState {
    ChainSnapshotPtr snapshot = std::make_shared<const ChainSnapshot>();
    StreamEventPtr metrics; ///< the latest; null: none yet
    EventRing ring;         ///< up to here

    Position position() const { return snapshot->position; }
    const std::string &network() const { return snapshot->status.network; }
};

/// What is said to one client, in order.
using Outbox = std::vector<Outgoing>;

/// Speaks with the clients of one shard: answers are put in the outbox, the shard delivers them before anything newer of the stream.
/// Called on the shard's thread only.
class Protocol {
public:
    virtual ~Protocol() = default;
    /// The words of @p wire; null: it is not spoken here.
    virtual const Dialect *dialect(Wire wire) const = 0;
    virtual void opened(Session &session, const Newcomer &newcomer, const StreamState &stream, Outbox &out) = 0;
    virtual void textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) = 0;
    virtual void binaryReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) = 0;
    /// It missed what it cannot be told any more: how things stand is said instead.
    virtual void startOver(const Session &session, const StreamState &stream, Outbox &out)
    {
        static_cast<void>(session);
        static_cast<void>(stream);
        static_cast<void>(out);
    }
    /// It sends more messages than it may: one was not looked at.
    virtual void rateLimited(const Session &session, Outbox &out)
    {
        static_cast<void>(session);
        static_cast<void>(out);
    }
    /// It was too slow for @p count messages; now it has room again.
    virtual void dropped(const Session &session, std::uint64_t count, const StreamState &stream, Outbox &out)
    {
        static_cast<void>(session);
        static_cast<void>(count);
        static_cast<void>(stream);
        static_cast<void>(out);
    }
};

} // namespace tipwatch
