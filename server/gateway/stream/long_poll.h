// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/protocol.h"

#include <cstdint>
#include <optional>

namespace tipwatch {

/// A client that is answered once, as soon as there is something to tell it: {"position","recovered","events"}, the events being the canonical
/// messages after the position it came with. Lives with its connection.
class LongPoll {
public:
    /// Of events, after which an answer ends with the next position; the next poll goes on from there.
    static constexpr std::size_t usualBytes = 256 * 1024;

    /// @p since: what came after it is wanted; nothing: how things stand. @p until: steady ms at which it is answered in any case.
    LongPoll(std::optional<Position> since, std::int64_t until) : m_since(since), m_until(until) {}

    std::int64_t until() const { return m_until; }

    /// Whether there is something to tell.
    bool isDue(const StreamState &stream, const Subscription &wants, const Protocol &protocol);

    struct Answer {
        FramePtr frame;
        Outbox events;
    };
    /// To be called once: what isDue() found, or that there is nothing. Whoever missed what is forgotten is told how
    /// things stand.
    Answer answer(const StreamState &stream, const Session &session, Protocol &protocol);

private:
    void cut();

    std::optional<Position> m_since; ///< what is in m_events is not after it; nothing: it cannot be told what it missed
    const std::int64_t m_until;
    StreamEventPtr m_metrics; ///< when it came
    bool m_hasLooked = false;
    Outbox m_events;
};

} // namespace tipwatch
