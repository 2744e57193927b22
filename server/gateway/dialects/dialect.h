// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/client_request.h"
#include "server/gateway/dialects/wire.h"
#include "shared/state/chain_event.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"
#include "shared/state/watch_registry.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tipwatch {

/// What is said to one client alone, before a dialect puts it into words.
struct Hello {
    std::string server; ///< "tipwatch/1.0.0"
    Position position;
    std::string network; ///< empty: not known yet
    std::int64_t pingIntervalMs = 0;
    std::int64_t maxMessageSize = 0; ///< bytes
    std::int64_t queueMessages = 0;
    std::int64_t messagesPerSecond = 0;
    std::optional<bool> recovered{}; ///< everything since the position it came with follows; nothing: it could not come with one
};
struct Subscribed {
    const ClientRequest &request;
    ChannelSet channels; ///< all that the client has now
    Position position;
    bool recovered = false;            ///< everything since request.since follows
    std::vector<std::string> tracks{}; ///< the names of the channels of single transactions and addresses among them
};
struct Unsubscribed {
    const ClientRequest &request;
    ChannelSet channels;
    Position position;
    std::vector<std::string> tracks{};
};
struct Pong {
    const ClientRequest &request;
};
struct Authenticated {
    const ClientRequest &request;
    std::int64_t expires = 0; ///< Unix seconds; 0: never
};
using Answer = std::variant<Hello, Subscribed, Unsubscribed, Pong, Authenticated, RequestError>;

/// One message of the stream in a dialect's words.
struct WireMessage {
    Channel channel = Channel::Tip;
    bool conflates = false;                ///< says all there is to say on its channel: an older one that waits may go
    std::string payload;                   ///< UTF-8 text, or bytes if the dialect is binary
    std::optional<WatchSubject> subject{}; ///< of the channel Track: only for those who track it
};

/// Translates between the wire and what the gateway understands. Only maps names and selects fields; holds no state of any client or of
/// the stream. All functions but parse() may be called by any thread at any time.
class Dialect {
public:
    virtual ~Dialect() = default;

    virtual bool isBinary() const { return false; }
    /// Whether messages are sent as they are, and not in WebSocket frames.
    virtual bool isEventStream() const { return false; }

    /// What a client has that says nothing.
    virtual ChannelSet defaultChannels() const = 0;

    /// @p event in the order in which it is to be sent, possibly nothing. @p filter may be null.
    virtual std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const = 0;
    /// @p at: the picture when they were made; some dialects say more than the figures themselves.
    virtual std::vector<WireMessage> encode(const StreamMetrics &metrics, const ChainSnapshot &at,
                                            std::int64_t timestamp) const = 0;

    /// What @p snapshot holds for the state channels among @p channels, but for metrics: for a client that joins or asks. Before the node
    /// was heard that is little more than how it stands with it.
    virtual std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                            std::int64_t timestamp) const = 0;

    /// @p payload, a message of the stream, with the mark that a client must not resume from its position: something before that position is
    /// still to come (protocol.md, "Resume"). Nothing: the dialect knows no resume.
    virtual std::optional<std::string> marked(std::string_view payload) const
    {
        static_cast<void>(payload);
        return std::nullopt;
    }

    /// Reads JSON (or CBOR) with caps on depth, lengths and counts. Not thread-safe: each shard has its own dialects.
    /// @p network as SourceStatus names it: what an address in a filter is depends on it.
    virtual tl::expected<ClientRequest, RequestError> parse(std::string_view message, bool isBinary,
                                                            std::string_view network) = 0;

    /// @return empty if the dialect has no words for it.
    virtual std::string put(const Answer &answer) const = 0;
};

} // namespace tipwatch
