// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/shard.h"

#include "server/gateway/gateway_log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tipwatch {

namespace {

constexpr std::size_t readBufferSize = 64 * 1024; ///< bytes taken from one client before the next has its turn
constexpr std::size_t outboxTurn = 64;            ///< answers gathered before they are sent
/// What the kernel may hold for one client (it doubles the figure). Left alone it grows to megabytes: 10,000 clients that do not read
/// would then take the memory of the machine, outside of every limit of ours.
constexpr int kernelSendBuffer = 128 * 1024;
constexpr std::uint64_t inboxTag = ~std::uint64_t{0};

std::uint64_t tagOf(const Connection &connection)
{
    return static_cast<std::uint64_t>(connection.generation) << 32 | connection.index;
}

/// Answers of @p session go as it agreed on.
void deflate(std::span<Outgoing> answers, const Session &session)
{
    for (Outgoing &answer : answers)
        answer.frame = Frame::deflated(answer.frame, session.wants().deflateBits);
}

/// The signals of the program belong to its main thread.
std::thread startWithoutSignals(std::function<void()> body)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(body));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread.native_handle(), "tw-shard");
    return thread;
}

} // namespace

Result<std::unique_ptr<Shard>> Shard::start(const ShardLimits &limits, const Clock &clock, std::unique_ptr<Protocol> protocol,
                                            ReactorCounters &counters, ClientsChanged clientsChanged)
{
    std::unique_ptr<Shard> shard(new Shard(limits, clock, std::move(protocol), counters, std::move(clientsChanged)));
    epoll_event wake{};
    wake.events = EPOLLIN;
    wake.data.u64 = inboxTag;
    if (shard->m_epollFd < 0 || shard->m_inbox.fd() < 0 ||
        ::epoll_ctl(shard->m_epollFd, EPOLL_CTL_ADD, shard->m_inbox.fd(), &wake) != 0)
        return failure("no file descriptors left to serve WebSocket clients");
    shard->m_thread = startWithoutSignals([s = shard.get()] { s->run(); });
    return shard;
}

Shard::Shard(const ShardLimits &limits, const Clock &clock, std::unique_ptr<Protocol> protocol, ReactorCounters &counters,
             ClientsChanged clientsChanged)
    : m_limits(limits), m_clock(clock), m_protocol(std::move(protocol)), m_counters(counters),
      m_clientsChanged(std::move(clientsChanged)), m_epollFd(::epoll_create1(EPOLL_CLOEXEC)), m_now(clock.steadyMs()),
      m_wheel(m_now), m_stream{.metrics = nullptr, .ring = EventRing(limits.replay)}, m_readBuffer(readBufferSize)
{
}

Shard::~Shard()
{
    if (m_thread.joinable()) {
        drain();
        m_thread.join();
    }
    if (m_epollFd >= 0)
        ::close(m_epollFd);
}

// --- the loop

void Shard::run()
{
    std::array<epoll_event, 256> events;
    while (!isDone()) {
        const int count = ::epoll_wait(m_epollFd, events.data(), static_cast<int>(events.size()), waitMs());
        m_now = m_clock.steadyMs();
        bool hasPost = false;
        for (int i = 0; i < count; ++i) {
            const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
            const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
            if (tag == inboxTag) {
                hasPost = true;
                continue;
            }
            Connection &connection = m_connections[tag & 0xffffffff];
            if ((what & EPOLLOUT) != 0 && tagOf(connection) == tag)
                makeProgress(connection);
            if ((what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && tagOf(connection) == tag)
                readFrom(connection);
        }
        if (hasPost)
            takeInbox();
        m_wheel.advance(m_now, [this](std::uint32_t index) { onDeadline(m_connections[index]); });
    }
    closeAll();
}

int Shard::waitMs() const
{
    std::optional<std::int64_t> wake = m_wheel.nextWakeMs();
    if (m_drainEnd != 0)
        wake = std::min(wake.value_or(m_drainEnd), m_drainEnd);
    if (!wake)
        return -1;
    return static_cast<int>(std::clamp<std::int64_t>(*wake - m_clock.steadyMs(), 0, 60'000));
}

bool Shard::isDone() const
{
    return m_drainEnd != 0 && (m_count == 0 || m_now >= m_drainEnd);
}

void Shard::takeInbox()
{
    std::vector<StreamStep> steps;
    for (ShardInbox::Item &item : m_inbox.take()) {
        if (auto *step = std::get_if<StreamStep>(&item)) {
            steps.push_back(std::move(*step));
            continue;
        }
        broadcast(std::exchange(steps, {}));
        if (auto *adopted = std::get_if<ShardInbox::Adopt>(&item)) {
            open(std::move(*adopted));
        } else {
            m_drainEnd = m_now + m_limits.drainMs;
            for (Connection &connection : m_connections)
                close(connection, CloseCode::GoingAway, "server is shutting down");
        }
    }
    broadcast(std::move(steps));
}

// --- clients coming and going

void Shard::open(ShardInbox::Adopt adopted)
{
    if (m_freeSlots.empty()) {
        const auto index = static_cast<std::uint32_t>(m_connections.size());
        m_connections.emplace_back(m_limits.maxMessage).index = index;
        m_freeSlots.push_back(index);
    }
    Connection &connection = m_connections[m_freeSlots.back()];
    m_freeSlots.pop_back();
    ++m_count;

    connection.fd = adopted.client.fd;
    connection.ticket = std::move(adopted.client.ticket);
    connection.clientId = adopted.clientId;
    connection.phase = Connection::Phase::Open;
    const int on = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(connection.fd, SOL_SOCKET, SO_SNDBUF, &kernelSendBuffer, sizeof kernelSendBuffer);
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.u64 = tagOf(connection);
    if (::epoll_ctl(m_epollFd, EPOLL_CTL_ADD, connection.fd, &interest) != 0) {
        drop(connection, "the kernel refuses to watch it");
        return;
    }
    if (lcGateway().isInfoEnabled())
        qCInfo(lcGateway, "websocket.connection event=open client=%llu remote=%s",
               static_cast<unsigned long long>(connection.clientId), connection.ticket.remote().c_str());

    // After a restart all clients come at once; their pings need not.
    const std::int64_t half = m_limits.pingIntervalMs / 2;
    connection.pingAt =
        m_now + m_limits.pingIntervalMs - static_cast<std::int64_t>(connection.clientId * 2654435761u % 1024) * half / 1024;
    setDeadline(connection);
    m_outbox.clear();
    m_protocol->opened(connection.session, adopted.client, m_stream, m_outbox);
    deflate(m_outbox, connection.session);
    const bool isIndexer = connection.session.wants().wire == Wire::Indexer;
    connection.decoder =
        FrameDecoder(isIndexer ? m_limits.maxStreamMessage : m_limits.maxMessage, adopted.client.deflateBits > 0);
    deliver(connection, m_outbox);
    if (m_drainEnd != 0)
        close(connection, CloseCode::GoingAway, "server is shutting down");
}

void Shard::close(Connection &connection, CloseCode code, std::string_view reason, bool now)
{
    if (connection.phase != Connection::Phase::Open)
        return;
    if (lcGateway().isInfoEnabled())
        qCInfo(lcGateway, "websocket.connection event=close client=%llu remote=%s code=%u reason=\"%.*s\"",
               static_cast<unsigned long long>(connection.clientId), connection.ticket.remote().c_str(),
               static_cast<unsigned>(code), static_cast<int>(reason.size()), reason.data());
    connection.phase = Connection::Phase::Lingering;
    connection.lag.reset();
    listenTo(connection, true); // until it closes, too
    connection.goneAt = m_now + (now ? std::max(m_limits.lingerMs, m_limits.writeTimeoutMs) : m_limits.lingerMs);
    setDeadline(connection);
    settle(connection, connection.sendLast(Frame::close(code, reason), now));
}

void Shard::drop(Connection &connection, std::string_view why)
{
    if (connection.phase == Connection::Phase::Open && lcGateway().isInfoEnabled())
        qCInfo(lcGateway, "websocket.connection event=lost client=%llu remote=%s reason=\"%.*s\"",
               static_cast<unsigned long long>(connection.clientId), connection.ticket.remote().c_str(),
               static_cast<int>(why.size()), why.data());
    ::close(connection.fd);
    const std::uint32_t index = connection.index, generation = connection.generation;
    m_wheel.cancel(index);
    connection = Connection(m_limits.maxMessage);
    connection.index = index;
    connection.generation = generation + 1;
    m_freeSlots.push_back(index);
    --m_count;
    m_counters.clients.fetch_sub(1, std::memory_order_relaxed);
    m_clientsChanged();
}

void Shard::closeAll()
{
    for (Connection &connection : m_connections) {
        if (connection.phase != Connection::Phase::Free)
            drop(connection, "server is shutting down");
    }
}

// --- data

ssize_t Shard::receive(int fd)
{
    ssize_t size;
    do {
        size = ::recv(fd, m_readBuffer.data(), m_readBuffer.size(), MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    return size;
}

void Shard::readFrom(Connection &connection)
{
    const ssize_t size = receive(connection.fd);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (size <= 0) {
        drop(connection, size == 0 ? "hung up without a close frame" : "connection lost");
        return;
    }
    connection.silentSince = 0;
    if (connection.phase == Connection::Phase::Open)
        decode(connection, std::span(m_readBuffer).first(static_cast<std::size_t>(size)));
    // Who does not read the answers is not asked for more questions; what it sends waits with it.
    if (connection.phase == Connection::Phase::Open && !connection.hasRoomForAnswers(m_limits.queue))
        listenTo(connection, false);
}

void Shard::decode(Connection &connection, std::span<char> input)
{
    m_outbox.clear();
    while (connection.phase == Connection::Phase::Open) {
        const FrameDecoder::Event event = connection.decoder.next(input);
        const bool goesOn = handle(connection, event);
        if (!goesOn || m_outbox.size() >= outboxTurn) {
            deliver(connection, m_outbox);
            m_outbox.clear();
        }
        if (event.kind == FrameDecoder::Event::Kind::Close)
            close(connection, event.code, {});
        else if (event.kind == FrameDecoder::Event::Kind::Failure)
            close(connection, event.code, event.payload);
        if (!goesOn)
            return;
    }
}

/// @return false if nothing more is to be decoded now.
bool Shard::handle(Connection &connection, const FrameDecoder::Event &event)
{
    switch (event.kind) {
    case FrameDecoder::Event::Kind::Text:
        hear(connection, event.payload, false);
        return true;
    case FrameDecoder::Event::Kind::Binary:
        hear(connection, event.payload, true);
        return true;
    case FrameDecoder::Event::Kind::Ping:
        m_outbox.push_back({Frame::make(Opcode::Pong, event.payload)});
        return true;
    case FrameDecoder::Event::Kind::Pong:
        return true;
    case FrameDecoder::Event::Kind::NeedMore:
    case FrameDecoder::Event::Kind::Close:
    case FrameDecoder::Event::Kind::Failure:
        break;
    }
    return false;
}

/// A message of the client's. What it asked for is answered, and what it wants from now on counts from here.
void Shard::hear(Connection &connection, std::string_view message, bool isBinary)
{
    m_counters.messagesReceived.fetch_add(1, std::memory_order_relaxed);
    Session &session = connection.session;
    const Subscription before = session.wants();
    const std::size_t first = m_outbox.size();
    if (isBinary)
        m_protocol->binaryReceived(session, message, m_stream, m_outbox);
    else
        m_protocol->textReceived(session, message, m_stream, m_outbox);

    deflate(std::span(m_outbox).subspan(first), session);

    const std::uint64_t now = m_stream.position().seq;
    if (const std::unique_ptr<Replay> replay = std::move(session.replay)) {
        connection.lag = std::make_unique<Lag>(StreamPlace{replay->after, 0});
        Subscription missed = session.wants();
        missed.channels = replay->channels;
        connection.lag->wanted(now, std::move(missed), Part::EventChannels);
        session.isBehind = true;
        watch(connection, true); // its turn comes when the answers are under way
    } else if (connection.lag && session.wants() != before) {
        connection.lag->wanted(now, before);
    }
}

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
        if (step.event->isMetrics()) {
            m_stream.metrics = step.event;
        } else {
            m_stream.ring.add(step.event, m_now);
        }
        events.push_back(std::move(step.event));
    }
    if (m_count == 0 || events.empty())
        return;
    Selections selections(events, *m_protocol);
    for (Connection &connection : m_connections) {
        if (connection.phase == Connection::Phase::Open && !connection.lag)
            deliver(connection, selections.of(connection.session.wants()));
    }
}

void Shard::deliver(Connection &connection, std::span<const Outgoing> frames)
{
    if (frames.empty() || connection.phase != Connection::Phase::Open)
        return;
    m_counters.messagesSent.fetch_add(frames.size(), std::memory_order_relaxed);
    const Connection::Sent sent = connection.send(frames, m_limits.queue);
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
    settle(connection, connection.flush());
    if (connection.phase == Connection::Phase::Open && connection.hasRoomForAnswers(m_limits.queue))
        listenTo(connection, true);
    if (connection.phase == Connection::Phase::Open && connection.lag && connection.hasRoom(m_limits.queue))
        catchUp(connection);
}

/// Sends a turn's worth of what the client missed.
void Shard::catchUp(Connection &connection)
{
    Outbox missed;
    const Lag::Read read = connection.lag->read(m_stream.ring, connection.session.wants(), *m_protocol, missed);
    if (read == Lag::Read::Lost) {
        tooSlow(connection);
        return;
    }
    m_counters.messagesSent.fetch_add(missed.size(), std::memory_order_relaxed);
    std::span<const Outgoing> rest(missed);
    const Connection::Sent sent = connection.send(rest, m_limits.queue);
    if (rest.size() < missed.size() || rest.empty())
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

/// There is no room for what it is to get, nor will there be.
void Shard::tooSlow(Connection &connection)
{
    m_counters.slowClosed.fetch_add(1, std::memory_order_relaxed);
    close(connection, CloseCode::SlowConsumer, "too slow, resume from your last seq", true);
}

/// Does what follows from an attempt to send. The connection may be gone afterwards.
void Shard::settle(Connection &connection, Connection::Sent sent)
{
    switch (sent) {
    case Connection::Sent::All:
        connection.stalledSince = 0;
        watch(connection, connection.lag != nullptr);
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

// --- time

void Shard::onDeadline(Connection &connection)
{
    if (connection.phase == Connection::Phase::Free)
        return;
    if (connection.phase == Connection::Phase::Lingering) {
        if (m_now >= connection.goneAt)
            drop(connection, "did not close in time");
        else
            setDeadline(connection);
        return;
    }
    if (connection.stalledSince != 0 && m_now >= connection.stalledSince + m_limits.writeTimeoutMs) {
        drop(connection, "took nothing before the write timeout");
        return;
    }
    if (connection.fullSince != 0 && m_now >= connection.fullSince + m_limits.deliveryTimeoutMs) {
        tooSlow(connection);
        return;
    }
    if (connection.silentSince != 0 && m_now >= connection.silentSince + m_limits.pongTimeoutMs) {
        close(connection, CloseCode::PingTimeout, "no answer to ping");
        return;
    }
    if (m_now >= connection.pingAt) {
        connection.pingAt = m_now + m_limits.pingIntervalMs;
        if (!connection.hasWaiting()) { // else the write timeout watches over it
            if (connection.silentSince == 0)
                connection.silentSince = m_now;
            std::span<const Outgoing> ping(&m_ping, 1);
            settle(connection, connection.send(ping, m_limits.queue));
        }
    }
    if (connection.phase == Connection::Phase::Open)
        setDeadline(connection);
}

void Shard::setDeadline(const Connection &connection)
{
    std::int64_t deadline = connection.goneAt;
    if (connection.phase == Connection::Phase::Open) {
        deadline = connection.pingAt;
        if (connection.silentSince != 0)
            deadline = std::min(deadline, connection.silentSince + m_limits.pongTimeoutMs);
        if (connection.fullSince != 0)
            deadline = std::min(deadline, connection.fullSince + m_limits.deliveryTimeoutMs);
        if (connection.stalledSince != 0)
            deadline = std::min(deadline, connection.stalledSince + m_limits.writeTimeoutMs);
    }
    m_wheel.set(connection.index, deadline);
}

void Shard::watch(Connection &connection, bool forSpace)
{
    if (connection.watchesForSpace == forSpace)
        return;
    connection.watchesForSpace = forSpace;
    updateInterest(connection);
}

void Shard::listenTo(Connection &connection, bool isHeard)
{
    if (connection.isHeard == isHeard)
        return;
    connection.isHeard = isHeard;
    updateInterest(connection);
}

void Shard::updateInterest(const Connection &connection)
{
    epoll_event interest{};
    interest.events = (connection.isHeard ? EPOLLIN : 0u) | (connection.watchesForSpace ? EPOLLOUT : 0u);
    interest.data.u64 = tagOf(connection);
    ::epoll_ctl(m_epollFd, EPOLL_CTL_MOD, connection.fd, &interest);
}

} // namespace tipwatch
