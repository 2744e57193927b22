// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/shard.h"

#include <functional>
#include <memory>
#include <vector>

namespace tipwatch {

/// All shards. Thread-safe; the destructor says goodbye (1001) to all clients and joins the threads, within limits.drainMs.
class Reactor {
public:
    using ProtocolFactory = std::function<std::unique_ptr<Protocol>()>;

    /// @p shards threads with equal shares of limits.totalQueueBytes, each with a protocol of its own. @p clientsChanged is called on any
    /// thread when one comes or goes. @p clock must outlive the reactor.
    static Result<std::unique_ptr<Reactor>> start(std::size_t shards, const ShardLimits &limits, const Clock &clock,
                                                  const ProtocolFactory &newProtocol,
                                                  const Shard::ClientsChanged &clientsChanged);
    ~Reactor();

    /// Takes over @p client and counts it at once.
    /// @return the client's number in logs.
    std::uint64_t adopt(Newcomer client);

    void publish(const StreamStep &step);
    /// There is an event @p seq; it is published soon. REST speaks of it already, and so may a client that resumes.
    void announce(std::uint64_t seq) { m_counters.announcedSeq.store(seq, std::memory_order_release); }

    /// Tells @p answer who the clients are, on the thread of some shard; never if the reactor ends before.
    void clients(ClientInquiry::Answer answer);

    /// From now on a client may send so many messages @p perSecond; 0: no limit.
    void setMessageRate(std::int64_t perSecond);

    const ReactorCounters &counters() const { return m_counters; }
    /// Where the clients are from, whichever door they came through.
    AddressBook &addresses() { return m_addresses; }

private:
    explicit Reactor(Shard::ClientsChanged clientsChanged) : m_clientsChanged(std::move(clientsChanged)) {}

    ReactorCounters m_counters;
    AddressBook m_addresses;
    std::atomic<std::uint64_t> m_lastClientId{0};
    const Shard::ClientsChanged m_clientsChanged;
    std::vector<std::unique_ptr<Shard>> m_shards;
};

} // namespace tipwatch
