// SPDX-License-Identifier: GPL-3.0-or-later
// What a shard does with the stream: who gets what of it, and what becomes of those who are too slow.
#include "server/gateway/gateway_log.h"
#include "server/gateway/reactor/shard.h"
#include "server/gateway/stream/selection.h"

#include <sys/socket.h>

#include <algorithm>

namespace tipwatch {

void Shard::broadcast(std::vector<StreamStep> steps)
{
    std::vector<StreamEventPtr> events;
    for (StreamStep &step : steps) {
        if (step.snapshot)
            m_stream.snapshot = std::move(step.snapshot);
        if (!step.event) {
            m_stream.ring.restart(m_stream.position());
            continue;
        }
        if (step.event->isMetrics())
            m_stream.metrics = step.event;
        else
            m_stream.ring.add(step.event, m_now);
        events.push_back(std::move(step.event));
    }
    if (m_count == 0 || events.empty())
        return;

    Selections selections(events, *m_protocol);
    for (Connection &connection : m_connections) {
        if (connection.phase != Connection::Phase::Open)
            continue;
        if (connection.lag) { // which takes what is new from the ring
            watch(connection, !connection.lag->isAheadOf(m_stream.position().seq));
            continue;
        }
        if (connection.poll) {
            answerIfDue(connection);
            continue;
        }
        Selections::Selection &selection = selections.of(connection.session.wants());
        if (selection.messages.empty())
            continue;
        ++selection.clients;
        deliver(connection, selection.messages);
    }
    m_counters.broadcasts.fetch_add(events.size(), std::memory_order_relaxed);
    selections.forEach([this](const Selections::Selection &selection) { countSent(selection.messages, selection.clients); });
    const std::int64_t now = m_clock.unixMs();
    for (const StreamEventPtr &event : events) {
        if (event->timestamp() > 0)
            m_counters.broadcastLatency.add(static_cast<double>(std::max<std::int64_t>(now - event->timestamp(), 0)));
    }
}

void Shard::answerIfDue(Connection &connection)
{
    LongPoll &poll = *connection.poll;
    if (poll.isDue(m_stream, connection.session.wants(), *m_protocol) || m_now >= poll.until())
        close(connection, CloseCode::Normal, "answered");
}

void Shard::countSent(std::span<const Outgoing> messages, std::uint64_t clients)
{
    std::uint64_t bytes = 0;
    for (const Outgoing &message : messages) {
        bytes += message.frame->size();
        if (message.channel)
            m_counters.sentOn[static_cast<std::size_t>(*message.channel)].fetch_add(clients, std::memory_order_relaxed);
    }
    m_counters.messagesSent.fetch_add(messages.size() * clients, std::memory_order_relaxed);
    m_counters.bytesSent.fetch_add(bytes * clients, std::memory_order_relaxed);
}

/// What may wait for the client: its own share, as long as there is room for all clients together. Without any, nothing is queued: what the
/// kernel does not take stays in the ring.
QueueLimits Shard::roomFor(const Connection &connection) const
{
    QueueLimits limits = m_limits.queue;
    const std::int64_t left = static_cast<std::int64_t>(m_limits.totalQueueBytes) - (m_queuedBytes - connection.countedBytes);
    if (left <= 0)
        limits.messages = 0;
    else
        limits.bytes = std::min(limits.bytes, static_cast<std::size_t>(left));
    return limits;
}

void Shard::deliver(Connection &connection, std::span<const Outgoing> frames)
{
    if (frames.empty() || connection.phase != Connection::Phase::Open)
        return;
    connection.messagesOut += frames.size();
    Connection::Sent sent = connection.send(frames, roomFor(connection));
    // What it asked for comes whole. A list can be longer than what may wait, but it is the same frames for all who ask; and as long as that much
    // waits for it, nothing more is heard of it.
    while (sent == Connection::Sent::Overflow && !frames.front().place) {
        std::span<const Outgoing> next = frames.first(1);
        sent = connection.send(next, {SIZE_MAX, SIZE_MAX});
        frames = frames.subspan(1);
        if (sent == Connection::Sent::Waiting && !frames.empty())
            sent = connection.send(frames, roomFor(connection));
    }
    if (sent == Connection::Sent::Overflow && frames.front().place)
        fallBehind(connection, *frames.front().place);
    else
        settle(connection, sent);
}

/// The queue is full: what follows waits in the ring from @p place on.
void Shard::fallBehind(Connection &connection, StreamPlace place)
{
    connection.lag = std::make_unique<Lag>(place);
    connection.session.isBehind = true;
    connection.fullSince = m_now;
    settle(connection, Connection::Sent::Waiting);
    setDeadline(connection);
}

/// The kernel takes something again.
void Shard::makeProgress(Connection &connection)
{
    settle(connection, connection.flush(m_limits.writeBytes));
    if (connection.phase == Connection::Phase::Open && connection.hasRoomForAnswers(m_limits.queue))
        listenTo(connection, true);
    if (connection.phase == Connection::Phase::Open && connection.lag && connection.hasRoom(m_limits.queue))
        catchUp(connection);
}

/// Sends a turn's worth of what the client missed.
void Shard::catchUp(Connection &connection)
{
    if (connection.lag->isAheadOf(m_stream.position().seq)) {
        watch(connection, false); // the next step wakes it
        return;
    }
    if (connection.isBeingDropped) {
        tellDropped(connection);
        return;
    }
    Outbox missed;
    const Lag::Read read = connection.lag->read(m_stream.ring, connection.session.wants(), *m_protocol, missed);
    if (read == Lag::Read::Lost) {
        tooSlow(connection);
        return;
    }
    std::span<const Outgoing> rest(missed);
    const Connection::Sent sent = connection.send(rest, roomFor(connection));
    const std::size_t taken = missed.size() - rest.size();
    connection.messagesOut += taken;
    countSent(std::span(missed).first(taken), 1);
    if (taken > 0 || missed.empty())
        connection.fullSince = 0;
    if (sent == Connection::Sent::Overflow) {
        connection.lag->advance(*rest.front().place);
        if (connection.fullSince == 0)
            connection.fullSince = m_now;
        settle(connection, Connection::Sent::Waiting);
        setDeadline(connection);
        return;
    }
    connection.lag->advance();
    if (read == Lag::Read::End) {
        connection.lag.reset();
        connection.session.isBehind = false;
    }
    settle(connection, sent);
}

/// What the client is to get has found no room in time, or is not there any more.
void Shard::tooSlow(Connection &connection)
{
    if (m_limits.slowClientPolicy == SlowClientPolicy::Drop && connection.lag) {
        dropMissed(connection);
        return;
    }
    close(connection, CloseCode::SlowConsumer, "too slow, resume from your last seq", true);
}

/// Gives up what waits for the client in the ring. It is told when it has room again.
void Shard::dropMissed(Connection &connection)
{
    std::uint64_t count = 0;
    for (bool goesOn = true; goesOn;) {
        Outbox missed;
        const Lag::Read read = connection.lag->read(m_stream.ring, connection.session.wants(), *m_protocol, missed);
        goesOn = read == Lag::Read::More;
        count += static_cast<std::uint64_t>(std::count_if(missed.begin(), missed.end(), [](const Outgoing &message) {
            return kindOf(*message.channel) == ChannelKind::Event;
        }));
        connection.lag->advance();
    }
    connection.lag = std::make_unique<Lag>(StreamPlace{m_stream.position().seq, 0});
    connection.isBeingDropped = true;
    connection.dropped += count;
    connection.droppedUntold += count;
    m_counters.dropped.fetch_add(count, std::memory_order_relaxed);
    qCInfo(lcGateway, "websocket.error event=dropped client=%llu remote=%s messages=%llu",
           static_cast<unsigned long long>(connection.clientId), connection.ticket.remote().c_str(),
           static_cast<unsigned long long>(count));
    connection.fullSince = m_now;
    setDeadline(connection);
}

void Shard::tellDropped(Connection &connection)
{
    connection.isBeingDropped = false;
    connection.fullSince = 0;
    // What comes of the state channels before is in the snapshots already.
    connection.lag->wanted(m_stream.position().seq, connection.session.wants(), Part::EventChannels);
    Outbox words;
    m_protocol->dropped(connection.session, std::exchange(connection.droppedUntold, 0), m_stream, words);
    connection.messagesOut += words.size();
    countSent(words, 1);
    std::span<const Outgoing> all(words);
    settle(connection, connection.send(all, QueueLimits{words.size() + m_limits.queue.messages, SIZE_MAX}));
}

/// Does what follows from an attempt to send. The connection may be gone afterwards.
void Shard::settle(Connection &connection, Connection::Sent sent)
{
    countQueue(connection);
    switch (sent) {
    case Connection::Sent::All:
        connection.stalledSince = 0;
        watch(connection, connection.lag && !connection.lag->isAheadOf(m_stream.position().seq));
        if (connection.phase == Connection::Phase::Lingering && !connection.isShutDown) {
            ::shutdown(connection.fd, SHUT_WR);
            connection.isShutDown = true;
        }
        break;
    case Connection::Sent::Waiting:
        watch(connection, true);
        if (connection.stalledSince == 0) {
            connection.stalledSince = m_now;
            setDeadline(connection);
        }
        break;
    case Connection::Sent::Overflow:
        tooSlow(connection);
        break;
    case Connection::Sent::Broken:
        drop(connection, "connection lost");
        break;
    }
}

/// Keeps the sums over all clients of all shards.
void Shard::countQueue(Connection &connection)
{
    const auto messages = static_cast<std::int64_t>(connection.queuedMessages());
    const auto bytes = static_cast<std::int64_t>(connection.queuedBytes());
    if (messages == connection.countedMessages && bytes == connection.countedBytes)
        return;
    m_counters.queuedMessages.fetch_add(messages - connection.countedMessages, std::memory_order_relaxed);
    m_counters.queuedBytes.fetch_add(bytes - connection.countedBytes, std::memory_order_relaxed);
    m_queuedBytes += bytes - connection.countedBytes;
    connection.countedMessages = messages;
    connection.countedBytes = bytes;
}

} // namespace tipwatch
