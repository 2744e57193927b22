// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/lag.h"

#include <algorithm>
#include <iterator>

namespace tipwatch {

namespace {

constexpr std::size_t turnBytes = 256 * 1024; ///< others want their turn too

} // namespace

Lag::Read Lag::read(const EventRing &ring, const Subscription &wants, const Protocol &protocol, Outbox &out)
{
    m_readUpTo = m_place.after;
    std::uint32_t skipped = m_place.part;
    std::size_t bytes = 0;
    while (m_readUpTo < ring.end().seq) {
        if (bytes >= turnBytes)
            return Read::More;
        const StreamEventPtr event = ring.after(m_readUpTo);
        if (!event)
            return Read::Lost;
        const std::uint64_t seq = event->position().seq;
        const auto before = std::find_if(m_before.begin(), m_before.end(), [&](const Before &b) { return seq <= b.upTo; });
        const Subscription &then = before == m_before.end() ? wants : before->wants;
        const Part part = before == m_before.end() ? Part::All : before->part;
        Outbox messages;
        if (const Dialect *dialect = protocol.dialect(then.wire))
            select(event, m_readUpTo, then, part, *dialect, messages);
        // What conflated within the event has left a gap in the numbers.
        const auto first = std::ranges::find_if(messages, [&](const Outgoing &m) { return m.place->part >= skipped; });
        for (auto message = first; message != messages.end(); ++message) {
            if (message->conflates)
                std::erase_if(out, [&](const Outgoing &older) { return older.channel == message->channel; });
            bytes += message->frame->size();
            out.push_back(std::move(*message));
        }
        m_readUpTo = seq;
        skipped = 0;
    }
    return Read::End;
}

void Lag::advance()
{
    advance({m_readUpTo, 0});
}

void Lag::advance(StreamPlace place)
{
    m_place = place;
    while (!m_before.empty() && m_before.front().upTo <= place.after)
        m_before.pop_front();
}

} // namespace tipwatch
