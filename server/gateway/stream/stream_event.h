// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/stream_filter.h"
#include "server/gateway/dialects/wire.h"
#include "server/gateway/reactor/frame.h"
#include "shared/protocol/channel.h"
#include "shared/state/chain_event.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace tipwatch {

class Dialect;
struct WireMessage;

/// One message of an event as the clients of one wire get it.
struct StreamMessage {
    FramePtr frame;
    FramePtr
        marked; ///< the same with the mark not to resume from it (Dialect::marked); null: not needed, or the wire has no marks
    std::uint64_t seq = 0; ///< that the message carries; messages of one seq follow each other
    Channel channel = Channel::Tip;
    bool conflates = false;                ///< says all there is to say on its channel: an older one that waits may go
    std::optional<WatchSubject> subject{}; ///< only for those who track it
};

class StreamEvent;
using StreamEventPtr = std::shared_ptr<const StreamEvent>;

/// One step of the stream: a few events that leave together, or the figures of a second. Immutable, shared by all shards, and thread-safe: it is put
/// into the words of a wire when somebody of that wire first wants it, once, on that shard's thread; making one costs the backend next to nothing.
class StreamEvent {
public:
    /// @p events follow each other and are at least one.
    explicit StreamEvent(std::vector<ChainEventPtr> events);
    /// Figures have no place in the order of events: position() is where the stream stood (@p at).
    StreamEvent(const StreamMetrics &metrics, ChainSnapshotPtr at, std::int64_t timestamp);

    bool isMetrics() const { return m_at != nullptr; }

    /// With this event the stream stands here,
    Position position() const { return m_position; }
    /// and before it stood here.
    std::uint64_t seqBefore() const { return m_seqBefore; }

    /// When the node's word for the oldest of it reached us, Unix ms; 0 is unknown.
    std::int64_t timestamp() const { return m_events.empty() ? m_timestamp : m_events.front()->timestamp; }

    /// What the clients of @p wire, which @p dialect speaks, get that filter nothing.
    const std::vector<StreamMessage> &messages(Wire wire, const Dialect &dialect) const;
    /// What those get that filter. Not kept.
    std::vector<StreamMessage> messages(const Dialect &dialect, const StreamFilter &filter) const;
    /// Whether that differs.
    bool isConcernedBy(const StreamFilter &filter) const;

    /// The part of it that comes after @p seq, which lies within.
    StreamEventPtr after(std::uint64_t seq) const;

    /// Memory it takes now, about.
    std::size_t bytes() const { return m_ownBytes + m_encodedBytes.load(std::memory_order_relaxed); }

private:
    struct Encoded {
        std::once_flag once;
        std::vector<StreamMessage> messages;
    };

    const std::vector<ChainEventPtr> &joined() const;
    std::vector<StreamMessage> encode(const Dialect &dialect, const StreamFilter *filter) const;

    const Position m_position;
    const std::uint64_t m_seqBefore;
    const std::vector<ChainEventPtr> m_events; ///< empty: figures
    const StreamMetrics m_metrics;
    const ChainSnapshotPtr m_at;
    const std::int64_t m_timestamp = 0;
    const std::size_t m_ownBytes;
    mutable std::once_flag m_joinOnce;
    mutable std::vector<ChainEventPtr> m_joined;
    mutable std::array<Encoded, wireCount> m_encoded;
    mutable std::atomic<std::size_t> m_encodedBytes{0};
};

/// @p payload as it is sent to those who speak @p dialect.
FramePtr frameOf(const Dialect &dialect, std::string_view payload);
/// @p message as frames.
StreamMessage frameMessage(const Dialect &dialect, const WireMessage &message, std::uint64_t seq, bool withMark);

} // namespace tipwatch
