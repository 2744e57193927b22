// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/long_poll.h"

#include "server/gateway/stream/lag.h"
#include "server/gateway/stream/selection.h"

#include <iterator>
#include <utility>

namespace tipwatch {

bool LongPoll::isDue(const StreamState &stream, const Subscription &wants, const Protocol &protocol)
{
    const bool isNew = !std::exchange(m_hasLooked, true);
    const StreamEventPtr metricsBefore = std::exchange(m_metrics, stream.metrics);
    const EventRing &ring = stream.ring;
    if (!m_since || m_since->epoch != ring.end().epoch)
        m_since.reset();
    else if (m_since->seq > ring.end().seq)
        return false; // another shard has told it what this one has yet to hear
    else if (!ring.reachesBackTo(*m_since))
        m_since.reset();
    if (!m_since)
        return true;

    Lag lag({m_since->seq, 0});
    if (lag.read(ring, wants, protocol, m_events) == Lag::Read::Lost) {
        m_since.reset();
        return true;
    }
    m_since->seq = lag.readUpTo();
    cut();
    const bool hasMetrics = stream.metrics && wants.channels.contains(Channel::Metrics);
    const bool isDue = !m_events.empty() || (hasMetrics && !isNew && stream.metrics != metricsBefore);
    if (isDue && hasMetrics) // figures are in no ring
        select(stream.metrics, stream.metrics->seqBefore(), wants, Part::All, *protocol.dialect(wants.wire), m_events);
    return isDue;
}

/// A step of the stream may have much more than fits into an answer.
void LongPoll::cut()
{
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < m_events.size(); ++i) {
        if (bytes >= usualBytes && m_events[i].seq != m_events[i - 1].seq) {
            m_since->seq = m_events[i - 1].seq;
            m_events.resize(i);
            return;
        }
        bytes += m_events[i].frame->size();
    }
}

LongPoll::Answer LongPoll::answer(const StreamState &stream, const Session &session, Protocol &protocol)
{
    const bool recovered = m_since && stream.ring.reachesBackTo(*m_since);
    if (!recovered) {
        m_events.clear();
        protocol.startOver(session, stream, m_events);
    }
    std::string body = R"({"position":")" + (recovered ? *m_since : stream.position()).toText();
    body += recovered ? R"(","recovered":true,"events":[)" : R"(","recovered":false,"events":[)";
    for (const Outgoing &event : m_events) {
        if (body.back() != '[')
            body += ',';
        body += event.frame->payload();
    }
    return {Frame::plain(body += "]}"), std::move(m_events)};
}

} // namespace tipwatch
