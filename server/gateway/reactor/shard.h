// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/connection.h"
#include "server/gateway/reactor/protocol.h"
#include "server/gateway/reactor/reactor_counters.h"
#include "server/gateway/reactor/shard_inbox.h"
#include "server/gateway/reactor/timer_wheel.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/error.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace tipwatch {

struct ShardLimits {
    std::size_t maxMessage = 64 * 1024;         ///< bytes that a client may send in one message
    std::size_t maxStreamMessage = 1024 * 1024; ///< the same of S1's clients
    QueueLimits queue;
    std::size_t totalQueueBytes = 256 * 1024 * 1024; ///< waiting for all clients of the shard together
    SlowClientPolicy slowClientPolicy = SlowClientPolicy::Disconnect;
    std::size_t readBytes = 1024;       ///< taken from one client before the next has its turn
    std::size_t writeBytes = 1024;      ///< of queued messages given to the kernel in one call
    std::int64_t messagesPerSecond = 0; ///< from one client; 0: no limit
    std::int64_t messageBurst = 60;     ///< that may come at once
    std::int64_t pingIntervalMs = 30'000;
    std::int64_t pongTimeoutMs = 60'000;    ///< silence after a ping
    std::int64_t readTimeoutMs = 60'000;    ///< a frame of the client's is incomplete
    std::int64_t idleTimeoutMs = 300'000;   ///< it wants nothing and says nothing
    std::int64_t writeTimeoutMs = 10'000;   ///< the kernel takes nothing for a client
    std::int64_t deliveryTimeoutMs = 1'000; ///< a message finds no room in the queue
    std::int64_t lingerMs = 2'000;          ///< for the other side to close after our close frame
    std::int64_t drainMs = 1'000;           ///< the same at shutdown, for all together,
    std::int64_t drainSpreadMs = 2'000;     ///< which are told over at most so long
    ReplayLimits replay;
};

/// A thread with one epoll set that serves its share of the clients: reads and checks what they send, delivers the stream,
/// pings, and lets go of who is silent or too slow. Public functions are thread-safe and return at once; the destructor drains and joins.
/// Raw sockets and not Qt's, which cost 19 KB a client and a poll() over all of them at every wake-up.
class Shard {
public:
    using ClientsChanged = std::function<void()>;

    /// @p clock and @p counters must outlive the shard; @p clientsChanged is called on its thread.
    static Result<std::unique_ptr<Shard>> start(const ShardLimits &limits, const Clock &clock, std::unique_ptr<Protocol> protocol,
                                                ReactorCounters &counters, ClientsChanged clientsChanged);
    ~Shard();
    Shard(const Shard &) = delete;
    Shard &operator=(const Shard &) = delete;

    /// Takes over @p client, which counters.clients counts already.
    void adopt(Newcomer client, std::uint64_t clientId) { m_inbox.post(ShardInbox::Adopt{std::move(client), clientId}); }

    /// The next step of the stream.
    void publish(StreamStep step) { m_inbox.post(std::move(step)); }

    /// Tells every client that we go away (1001), not all in the same moment. The thread ends when all have left, or limits.drainMs after the
    /// last was told.
    void drain() { m_inbox.post(ShardInbox::Drain{}); }

    void inquire(ShardInbox::Inquiry inquiry) { m_inbox.post(std::move(inquiry)); }
    void setMessageRate(std::int64_t perSecond) { m_inbox.post(ShardInbox::MessageRate{perSecond}); }

private:
    Shard(const ShardLimits &limits, const Clock &clock, std::unique_ptr<Protocol> protocol, ReactorCounters &counters,
          ClientsChanged clientsChanged);

    // The loop
    void run();
    int waitMs() const;
    bool isDone() const;
    void takeInbox();
    void beginDrain();
    std::vector<ClientInfo> clients() const;

    // Clients coming and going
    void open(ShardInbox::Adopt adopted);
    void close(Connection &connection, CloseCode code, std::string_view reason, bool now = false);
    FramePtr lastWords(Connection &connection, CloseCode code, std::string_view reason);
    void drop(Connection &connection, std::string_view why, bool isLost = true);
    void closeAll();

    // Data
    void readFrom(Connection &connection);
    void decode(Connection &connection, std::span<char> input);
    bool handle(Connection &connection, const FrameDecoder::Event &event);
    ssize_t receive(int fd);
    bool hear(Connection &connection, std::string_view message, bool isBinary);
    bool mayHear(Connection &connection);
    bool countWishes(Connection &connection, ChannelSet wanted);
    void watchFrame(Connection &connection);
    void sessionChanged(Connection &connection, const Subscription &before);

    // The stream (shard_delivery.cpp)
    void countSent(std::span<const Outgoing> messages, std::uint64_t clients);
    QueueLimits roomFor(const Connection &connection) const;
    void broadcast(std::vector<StreamStep> steps);
    void answerIfDue(Connection &connection);
    void deliver(Connection &connection, std::span<const Outgoing> frames);
    void fallBehind(Connection &connection, StreamPlace place);
    void makeProgress(Connection &connection);
    void catchUp(Connection &connection);
    void tooSlow(Connection &connection);
    void dropMissed(Connection &connection);
    void tellDropped(Connection &connection);
    void countQueue(Connection &connection);
    void settle(Connection &connection, Connection::Sent sent);

    // Time
    void onDeadline(Connection &connection);
    void setDeadline(const Connection &connection);

    void watch(Connection &connection, bool forSpace);
    void listenTo(Connection &connection, bool isHeard);
    void updateInterest(const Connection &connection);

    const ShardLimits m_limits;
    const Clock &m_clock;
    const std::unique_ptr<Protocol> m_protocol;
    ReactorCounters &m_counters;
    const ClientsChanged m_clientsChanged;
    ShardInbox m_inbox;
    const int m_epollFd;
    const Outgoing m_ping{Frame::make(Opcode::Ping, {}), std::nullopt};
    const Outgoing m_keepalive{Frame::plain(": keepalive\n\n"), std::nullopt}; ///< the same for an event stream: a comment

    // From here on only the shard's thread.
    std::int64_t m_now;                   ///< steady ms, once per turn of the loop
    std::deque<Connection> m_connections; ///< slots; addresses are stable
    std::vector<std::uint32_t> m_freeSlots;
    std::size_t m_count = 0;
    TimerWheel m_wheel;
    StreamState m_stream;
    Outbox m_outbox;
    std::vector<char> m_readBuffer;
    std::int64_t m_messagesPerSecond;
    std::int64_t m_queuedBytes = 0; ///< waiting for all clients of this shard
    std::int64_t m_drainEnd = 0;    ///< 0: not draining

    std::thread m_thread;
};

} // namespace tipwatch
