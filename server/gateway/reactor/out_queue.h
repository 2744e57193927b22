// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/frame.h"
#include "shared/protocol/channel.h"

#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace tipwatch {

/// A place in what the stream is to one client: before message `part` of what comes after event `after`.
struct StreamPlace {
    std::uint64_t after = 0; ///< seq
    std::uint32_t part = 0;
    friend bool operator==(StreamPlace, StreamPlace) = default;
};

/// A frame on its way to one client.
struct Outgoing {
    FramePtr frame;
    std::optional<Channel> channel{};   ///< none: an answer or a control frame
    bool conflates = false;             ///< takes the place of what waits of its channel
    std::optional<StreamPlace> place{}; ///< from which it can be had again; nothing: said to this client only
    FramePtr overtaking{};              ///< sent in place of `frame` if it goes ahead of others; null: it goes ahead of nothing
    std::uint64_t seq = 0;              ///< that the message carries; 0: none
};

struct QueueLimits {
    std::size_t messages = 256;
    std::size_t bytes = 4 * 1024 * 1024;
};

/// What the kernel would not take yet for one client, in order. Exists only while something waits.
/// A frame that conflates takes the place of the older ones of its channel, at the end. One that may overtake goes ahead of those at the end
/// of the queue that are of the stream and may not: blocks and tip need not wait for transactions. Else nothing changes places, so positions on
/// the wire go back only behind a frame that overtook, and that one is marked (Dialect::marked).
class OutQueue {
public:
    /// @return false, and no change, if the queue would pass @p limits.
    bool push(const Outgoing &outgoing, const QueueLimits &limits);

    /// Whatever the limits: the close frame, or the rest of a frame that has begun.
    void pushAlways(Outgoing outgoing);

    /// Throws away all but a frame that is partly on the wire.
    void dropWaiting();

    /// Points @p vectors at what is next, up to about @p bytes; returns how many of them are in use.
    std::size_t gather(std::span<iovec> vectors, std::size_t bytes) const;

    /// The kernel took @p bytes off the front.
    void consume(std::size_t bytes);

    bool isEmpty() const { return m_waiting.empty(); }
    std::size_t messages() const { return m_waiting.size(); }
    std::size_t bytes() const { return m_bytes; }
    /// Those that were said to this client only, and so are nowhere else.
    std::size_t answers() const { return m_answers; }
    std::size_t answerBytes() const { return m_answerBytes; }

private:
    void entered(const Outgoing &outgoing);
    void left(const Outgoing &outgoing);

    std::deque<Outgoing> m_waiting;
    std::size_t m_sent = 0;  ///< bytes of the first frame that are on the wire
    std::size_t m_bytes = 0; ///< still to be sent
    std::size_t m_answers = 0;
    std::size_t m_answerBytes = 0; ///< whole frames
};

} // namespace tipwatch
