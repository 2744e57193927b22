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
#include <random>

namespace tipwatch {

namespace {

constexpr std::size_t outboxTurn = 64; ///< answers gathered before they are sent
/// What the kernel may hold for one client (it doubles the figure). Left alone it grows to megabytes: 10,000 clients that do not read
/// would then take the memory of the machine, outside of every limit of ours.
constexpr int kernelSendBuffer = 128 * 1024;
constexpr std::int64_t drainMsPerClient = 2; ///< few are told at once, many over ShardLimits::drainSpreadMs
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

void countError(ReactorCounters &counters, CloseCode code)
{
    switch (code) {
    case CloseCode::ProtocolError:
    case CloseCode::BadUtf8:
    case CloseCode::Policy:
        return counters.count(ClientError::Protocol);
    case CloseCode::TooBig:
        return counters.count(ClientError::TooBig);
    case CloseCode::RateLimited:
        return counters.count(ClientError::RateLimited);
    case CloseCode::PingTimeout:
        return counters.count(ClientError::PingTimeout);
    case CloseCode::Idle:
        return counters.count(ClientError::Idle);
    case CloseCode::SlowConsumer:
        return counters.count(ClientError::Slow);
    default:
        return;
    }
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
      m_wheel(m_now), m_stream{.metrics = nullptr, .ring = EventRing(limits.replay, &counters.announcedSeq)},
      m_readBuffer(std::max<std::size_t>(limits.readBytes, 1)), m_messagesPerSecond(limits.messagesPerSecond)
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
        if (auto *adopted = std::get_if<ShardInbox::Adopt>(&item))
            open(std::move(*adopted));
        else if (const auto *inquiry = std::get_if<ShardInbox::Inquiry>(&item))
            (*inquiry)->add(clients());
        else if (const auto *rate = std::get_if<ShardInbox::MessageRate>(&item))
            m_messagesPerSecond = rate->perSecond;
        else if (m_drainEnd == 0)
            beginDrain();
    }
    broadcast(std::move(steps));
}

/// Clients that are told in the same moment come back in the same moment, to wherever they come back.
void Shard::beginDrain()
{
    const std::int64_t spread = std::min(m_limits.drainSpreadMs, static_cast<std::int64_t>(m_count) * drainMsPerClient);
    m_drainEnd = m_now + spread + m_limits.drainMs;
    std::minstd_rand random(static_cast<unsigned>(m_now));
    for (Connection &connection : m_connections) {
        if (connection.phase != Connection::Phase::Open)
            continue;
        connection.goneAt = m_now + (spread == 0 ? 0 : static_cast<std::int64_t>(random()) % spread);
        if (spread < TimerWheel::tickMs)
            close(connection, CloseCode::GoingAway, "server is shutting down");
        else
            setDeadline(connection);
    }
}

std::vector<ClientInfo> Shard::clients() const
{
    std::vector<ClientInfo> all;
    for (const Connection &connection : m_connections) {
        if (connection.phase != Connection::Phase::Open)
            continue;
        const Subscription &wants = connection.session.wants();
        all.push_back({connection.clientId, connection.ticket.remote(), wants.wire, wants.channels, wants.filter != nullptr,
                       m_now - connection.openedAt, connection.messagesIn, connection.messagesOut, connection.bytesIn,
                       connection.bytesOut, connection.dropped, connection.queuedMessages(), connection.queuedBytes(),
                       connection.lag != nullptr, connection.latencyMs});
    }
    return all;
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
    connection.openedAt = connection.heardAt = connection.allowanceAt = m_now;
    connection.allowance = static_cast<double>(m_limits.messageBurst);
    m_counters.opened.fetch_add(1, std::memory_order_relaxed);
    const int on = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(connection.fd, SOL_SOCKET, SO_SNDBUF, &kernelSendBuffer, sizeof kernelSendBuffer);
    if (const auto &query = adopted.client.query) {
        connection.isWebSocket = false;
        if (query->form == StreamQuery::Form::LongPoll)
            connection.poll = std::make_unique<LongPoll>(query->since, m_now + query->patienceMs);
        // It answers no pings: that it is gone shows in what it does not acknowledge.
        const auto patience = static_cast<unsigned>(m_limits.pongTimeoutMs);
        ::setsockopt(connection.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
    }
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
    m_outbox.clear();
    m_stream.ring.trim(m_now);
    m_protocol->opened(connection.session, adopted.client, m_stream, m_outbox);
    setDeadline(connection);
    deflate(m_outbox, connection.session);
    const bool isIndexer = connection.session.wants().wire == Wire::Indexer;
    connection.decoder =
        FrameDecoder(isIndexer ? m_limits.maxStreamMessage : m_limits.maxMessage, adopted.client.deflateBits > 0);
    sessionChanged(connection, {});
    deliver(connection, m_outbox);
    if (connection.poll)
        answerIfDue(connection);
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
    countError(m_counters, code);
    connection.phase = Connection::Phase::Lingering;
    connection.lag.reset();
    listenTo(connection, true); // until it closes, too
    const bool mayTakeLong = now || connection.poll;
    connection.goneAt = m_now + (mayTakeLong ? std::max(m_limits.lingerMs, m_limits.writeTimeoutMs) : m_limits.lingerMs);
    setDeadline(connection);
    settle(connection, connection.sendLast(lastWords(connection, code, reason), now));
}

/// What stands in the place of a close frame. An event stream says in a comment why it ends, a browser asks for it again by itself; to a long poll
/// all that it is told is its last.
FramePtr Shard::lastWords(Connection &connection, CloseCode code, std::string_view reason)
{
    if (connection.poll) {
        LongPoll::Answer answer = connection.poll->answer(m_stream, connection.session, *m_protocol);
        countSent(answer.events, 1);
        return std::move(answer.frame);
    }
    if (connection.isWebSocket)
        return Frame::close(code, reason);
    return Frame::plain(": closed " + std::to_string(static_cast<unsigned>(code)) + ' ' + std::string(reason) + "\n\n");
}

/// @p isLost: it should not have left like that.
void Shard::drop(Connection &connection, std::string_view why, bool isLost)
{
    if (connection.phase == Connection::Phase::Open && lcGateway().isInfoEnabled())
        qCInfo(lcGateway, "websocket.connection event=%s client=%llu remote=%s reason=\"%.*s\"", isLost ? "lost" : "close",
               static_cast<unsigned long long>(connection.clientId), connection.ticket.remote().c_str(),
               static_cast<int>(why.size()), why.data());
    if (connection.phase == Connection::Phase::Open && isLost)
        m_counters.count(ClientError::Lost);
    ::close(connection.fd);
    connection.dropQueue();
    countQueue(connection);
    countWishes(connection, {});
    const std::uint32_t index = connection.index, generation = connection.generation;
    m_wheel.cancel(index);
    connection = Connection(m_limits.maxMessage);
    connection.index = index;
    connection.generation = generation + 1;
    m_freeSlots.push_back(index);
    --m_count;
    m_counters.clients.fetch_sub(1, std::memory_order_relaxed);
    m_counters.closed.fetch_add(1, std::memory_order_relaxed);
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
        if (size == 0 && !connection.isWebSocket)
            drop(connection, "hung up", false);
        else
            drop(connection, size == 0 ? "hung up without a close frame" : "connection lost");
        return;
    }
    connection.silentSince = 0;
    connection.bytesIn += static_cast<std::uint64_t>(size);
    m_counters.bytesReceived.fetch_add(static_cast<std::uint64_t>(size), std::memory_order_relaxed);
    if (!connection.isWebSocket)
        return; // what comes behind a request that is being answered is not looked at
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
        if (event.kind == FrameDecoder::Event::Kind::NeedMore)
            watchFrame(connection);
        else
            connection.frameSince = 0;
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
        return hear(connection, event.payload, false);
    case FrameDecoder::Event::Kind::Binary:
        return hear(connection, event.payload, true);
    case FrameDecoder::Event::Kind::Ping:
        static_cast<void>(mayHear(connection)); // answered in any case, until it is too many by far
        m_outbox.push_back({Frame::make(Opcode::Pong, event.payload)});
        return true;
    case FrameDecoder::Event::Kind::Pong:
        if (connection.pingSentAt != 0)
            connection.latencyMs = m_now - std::exchange(connection.pingSentAt, 0);
        return true;
    case FrameDecoder::Event::Kind::NeedMore:
    case FrameDecoder::Event::Kind::Close:
    case FrameDecoder::Event::Kind::Failure:
        break;
    }
    return false;
}

/// A message of the client's. @return false if it was one too many by far, and the client is being let go.
bool Shard::hear(Connection &connection, std::string_view message, bool isBinary)
{
    m_counters.messagesReceived.fetch_add(1, std::memory_order_relaxed);
    ++connection.messagesIn;
    connection.heardAt = m_now;
    const std::size_t first = m_outbox.size();
    Session &session = connection.session;
    if (!mayHear(connection)) {
        m_protocol->rateLimited(session, m_outbox);
        deflate(std::span(m_outbox).subspan(first), session);
        return connection.phase == Connection::Phase::Open;
    }
    const Subscription before = session.wants();
    const std::uint32_t refusals = session.refusals;
    const std::int64_t expiresAt = session.expiresAt;
    m_stream.ring.trim(m_now);
    if (isBinary)
        m_protocol->binaryReceived(session, message, m_stream, m_outbox);
    else
        m_protocol->textReceived(session, message, m_stream, m_outbox);
    deflate(std::span(m_outbox).subspan(first), session);
    if (session.refusals != refusals)
        m_counters.count(ClientError::BadRequest);
    sessionChanged(connection, before);
    if (session.expiresAt != expiresAt)
        setDeadline(connection);
    return true;
}

/// Takes one from the messages that the client may send (a token bucket). Whoever sends twice the burst more than that is let go.
bool Shard::mayHear(Connection &connection)
{
    if (m_messagesPerSecond <= 0)
        return true;
    const auto burst = static_cast<double>(std::max<std::int64_t>(m_limits.messageBurst, 1));
    const double gained = static_cast<double>(m_now - connection.allowanceAt) * static_cast<double>(m_messagesPerSecond) / 1000;
    connection.allowance = std::min(burst, connection.allowance + gained) - 1;
    connection.allowanceAt = m_now;
    if (connection.allowance < -2 * burst)
        close(connection, CloseCode::RateLimited, "too many messages");
    return connection.allowance >= 0;
}

/// What the client wants from now on counts from here in the stream.
void Shard::sessionChanged(Connection &connection, const Subscription &before)
{
    Session &session = connection.session;
    const std::uint64_t now = m_stream.position().seq;
    if (const std::unique_ptr<Replay> replay = std::move(session.replay)) {
        connection.lag = std::make_unique<Lag>(StreamPlace{replay->after, 0});
        Subscription missed = session.wants();
        missed.channels = replay->channels;
        connection.lag->wanted(now, std::move(missed), Part::EventChannels);
        connection.fullSince = 0;
        session.isBehind = true;
        connection.isBeingDropped = replay->after > now; // then it knows more than was said here of the state
        watch(connection, true);                         // its turn comes when the answers are under way
    } else if (connection.lag && session.wants() != before) {
        connection.lag->wanted(now, before);
    }
    if (countWishes(connection, session.channels()))
        m_clientsChanged();
    if (session.channels().isEmpty() != before.channels.isEmpty())
        setDeadline(connection);
}

/// Keeps count of who wants what is made only for those who want it. @return whether the client's wishes have changed in that.
bool Shard::countWishes(Connection &connection, ChannelSet wanted)
{
    bool hasChanged = false;
    const auto count = [&](Channel channel, std::atomic<std::int64_t> &clients) {
        const bool isWanted = wanted.contains(channel);
        if (isWanted == connection.counted.contains(channel))
            return;
        hasChanged = true;
        isWanted ? connection.counted.insert(channel) : connection.counted.erase(channel);
        clients.fetch_add(isWanted ? 1 : -1, std::memory_order_relaxed);
    };
    count(Channel::Metrics, m_counters.figureClients);
    for (std::size_t index = 0; index < projectedChannels; ++index)
        count(projectedChannel(index), m_counters.projectedClients[index]);
    return hasChanged;
}

/// A frame that has begun has to be complete in time.
void Shard::watchFrame(Connection &connection)
{
    const bool isInside = connection.decoder.isInsideFrame();
    if (!isInside) {
        connection.frameSince = 0;
    } else if (connection.frameSince == 0) {
        connection.frameSince = m_now;
        setDeadline(connection);
    }
}

// --- time

void Shard::onDeadline(Connection &connection)
{
    if (connection.phase == Connection::Phase::Free)
        return;
    if (m_drainEnd != 0 && connection.phase == Connection::Phase::Open) {
        if (m_now >= connection.goneAt)
            close(connection, CloseCode::GoingAway, "server is shutting down");
        else
            setDeadline(connection);
        return;
    }
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
    if (connection.session.expiresAt != 0 && m_now >= connection.session.expiresAt) {
        close(connection, CloseCode::Policy, "the token has expired");
        return;
    }
    if (connection.poll) {
        answerIfDue(connection);
        if (connection.phase == Connection::Phase::Open)
            setDeadline(connection);
        return;
    }
    if (connection.frameSince != 0 && m_now >= connection.frameSince + m_limits.readTimeoutMs) {
        close(connection, CloseCode::Policy, "the frame did not end in time");
        return;
    }
    if (connection.session.channels().isEmpty() && m_now >= connection.heardAt + m_limits.idleTimeoutMs) {
        close(connection, CloseCode::Idle, "no subscription and no message");
        return;
    }
    if (connection.silentSince != 0 && m_now >= connection.silentSince + m_limits.pongTimeoutMs) {
        close(connection, CloseCode::PingTimeout, "no answer to ping");
        return;
    }
    if (m_now >= connection.pingAt) {
        connection.pingAt = m_now + m_limits.pingIntervalMs;
        if (!connection.hasWaiting()) { // else the write timeout watches over it
            if (connection.silentSince == 0 && connection.isWebSocket)
                connection.silentSince = m_now;
            std::span<const Outgoing> ping(connection.isWebSocket ? &m_ping : &m_keepalive, 1);
            connection.pingSentAt = m_now;
            settle(connection, connection.send(ping, roomFor(connection)));
        }
    }
    if (connection.phase == Connection::Phase::Open)
        setDeadline(connection);
}

void Shard::setDeadline(const Connection &connection)
{
    std::int64_t deadline = connection.goneAt;
    if (connection.phase == Connection::Phase::Open && m_drainEnd == 0) {
        deadline = connection.poll ? connection.poll->until() : connection.pingAt;
        if (connection.session.expiresAt != 0)
            deadline = std::min(deadline, connection.session.expiresAt);
        if (connection.frameSince != 0)
            deadline = std::min(deadline, connection.frameSince + m_limits.readTimeoutMs);
        if (connection.session.channels().isEmpty())
            deadline = std::min(deadline, connection.heardAt + m_limits.idleTimeoutMs);
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
