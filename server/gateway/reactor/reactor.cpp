// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/reactor.h"

namespace tipwatch {

Result<std::unique_ptr<Reactor>> Reactor::start(std::size_t shards, const ShardLimits &limits, const Clock &clock,
                                                const ProtocolFactory &newProtocol, const Shard::ClientsChanged &clientsChanged)
{
    std::unique_ptr<Reactor> reactor(new Reactor(clientsChanged));
    ShardLimits share = limits;
    share.totalQueueBytes /= shards;
    for (std::size_t i = 0; i < shards; ++i) {
        auto shard = Shard::start(share, clock, newProtocol(), reactor->m_counters, clientsChanged);
        if (!shard)
            return tl::unexpected(shard.error());
        reactor->m_shards.push_back(std::move(*shard));
    }
    return reactor;
}

Reactor::~Reactor()
{
    for (const auto &shard : m_shards) // all at once, then each shard's destructor waits for its own
        shard->drain();
}

std::uint64_t Reactor::adopt(Newcomer client)
{
    const std::uint64_t clientId = m_lastClientId.fetch_add(1, std::memory_order_relaxed) + 1;
    m_counters.clients.fetch_add(1, std::memory_order_relaxed);
    m_shards[clientId % m_shards.size()]->adopt(std::move(client), clientId);
    m_clientsChanged();
    return clientId;
}

void Reactor::publish(const StreamStep &step)
{
    for (const auto &shard : m_shards)
        shard->publish(step);
}

void Reactor::clients(ClientInquiry::Answer answer)
{
    const auto inquiry = std::make_shared<ClientInquiry>(m_shards.size(), std::move(answer));
    for (const auto &shard : m_shards)
        shard->inquire(inquiry);
}

void Reactor::setMessageRate(std::int64_t perSecond)
{
    for (const auto &shard : m_shards)
        shard->setMessageRate(perSecond);
}

} // namespace tipwatch
