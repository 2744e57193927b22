// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/connection.h"
#include "server/gateway/reactor/protocol.h"
#include "server/gateway/reactor/reactor_counters.h"
#include "server/gateway/reactor/shard_inbox.h"
#include "server/gateway/reactor/timer_wheel.h"
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
    std::int64_t pingIntervalMs = 30'000;
    std::int64_t pongTimeoutMs = 60'000;    ///< silence after a ping
    std::int64_t writeTimeoutMs = 10'000;   ///< the kernel takes nothing for a client
    std::int64_t deliveryTimeoutMs = 1'000; ///< a message finds no room in the queue
    std::int64_t lingerMs = 2'000;          ///< for the other side to close after our close frame
    std::int64_t drainMs = 1'000;           ///< the same at shutdown, for all together
    ReplayLimits replay;
};

/// A thread with one epoll set that serves its share of the WebSocket clients: reads and checks what they send, delivers the stream,
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

    /// Tells every client that we go away (1001). The thread ends when all have left, or after limits.drainMs.
    void drain() { m_inbox.post(ShardInbox::Drain{}); }

private:
    Shard(const ShardLimits &limits, const Clock &clock, std::unique_ptr<Protocol> protocol, ReactorCounters &counters,
          ClientsChanged clientsChanged);

    // The loop
    void run();
    int waitMs() const;
    bool isDone() const;
    void takeInbox();

    // Clients coming and going
    void open(ShardInbox::Adopt adopted);
    void close(Connection &connection, CloseCode code, std::string_view reason, bool now = false);
    void drop(Connection &connection, std::string_view why);
    void closeAll();

    // Data
    void readFrom(Connection &connection);
    void decode(Connection &connection, std::span<char> input);
    bool handle(Connection &connection, const FrameDecoder::Event &event);
    ssize_t receive(int fd);
    void hear(Connection &connection, std::string_view message, bool isBinary);
    void broadcast(std::vector<StreamStep> steps);
    void deliver(Connection &connection, std::span<const Outgoing> frames);
    void fallBehind(Connection &connection, StreamPlace place);
    void makeProgress(Connection &connection);
    void catchUp(Connection &connection);
    void tooSlow(Connection &connection);
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

    // From here on only the shard's thread.
    std::int64_t m_now;                   ///< steady ms, once per turn of the loop
    std::deque<Connection> m_connections; ///< slots; addresses are stable
    std::vector<std::uint32_t> m_freeSlots;
    std::size_t m_count = 0;
    TimerWheel m_wheel;
    StreamState m_stream;
    Outbox m_outbox;
    std::vector<char> m_readBuffer;
    std::int64_t m_drainEnd = 0; ///< 0: not draining

    std::thread m_thread;
};

} // namespace tipwatch
