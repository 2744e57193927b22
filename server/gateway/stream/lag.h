// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/protocol.h"
#include "server/gateway/stream/selection.h"

#include <cstdint>
#include <deque>

namespace tipwatch {

/// Where in the stream a client stands that is not at its end: one that resumes, or whose queue is full. What comes next for it is read from
/// the ring until it has caught up. Lives with its connection.
class Lag {
public:
    explicit Lag(StreamPlace place) : m_place(place) {}

    /// What the client wanted of the events that are not after @p upTo, where that is not what it wants now. In the order of the stream.
    void wanted(std::uint64_t upTo, Subscription wants, Part part = Part::All)
    {
        m_before.push_back({upTo, std::move(wants), part});
    }

    enum class Read {
        More, ///< more may follow
        End,  ///< that is all there is
        Lost  ///< what should come next was forgotten
    };
    /// Appends what comes next to the empty @p out, about as much as is handed to the kernel in one turn.
    Read read(const EventRing &ring, const Subscription &wants, const Protocol &protocol, Outbox &out);

    /// Seq of the last event that was read.
    std::uint64_t readUpTo() const { return m_readUpTo; }

    /// What comes next has not happened when the stream stands at @p seq.
    bool isAheadOf(std::uint64_t seq) const { return m_place.after > seq; }

    /// All that was read is on its way,
    void advance();
    /// or all before @p place.
    void advance(StreamPlace place);

private:
    struct Before {
        std::uint64_t upTo;
        Subscription wants;
        Part part;
    };

    StreamPlace m_place;
    std::uint64_t m_readUpTo = 0;
    std::deque<Before> m_before;
};

} // namespace tipwatch
