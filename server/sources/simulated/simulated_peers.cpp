// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_peers.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

constexpr std::int32_t outboundPeers = 10; ///< eight full, two for blocks only (Bitcoin Core's defaults)
constexpr std::int32_t usualInbound = 34;
constexpr std::int32_t mostInbound = 115; ///< 125 connections in all
constexpr double inboundStay = 1500;      ///< seconds, mean
constexpr double outboundStay = 20'000;   ///< seconds, mean
constexpr std::int64_t announcement = 37; ///< bytes of an inv with its share of the message around it
constexpr double chatter = 60;            ///< bytes per second and peer: pings, addresses

} // namespace

SimulatedPeers::SimulatedPeers(std::uint64_t seed) : m_random(seed)
{
    m_info.version = 310000;
    m_info.subversion = "/Simulated:31.0.0/";
    m_info.outbound = outboundPeers;
    m_info.inbound = usualInbound + static_cast<std::int32_t>(m_random.normal() * 5);
    m_info.peers = m_info.inbound + m_info.outbound;
    m_info.bytesIn = static_cast<std::int64_t>(m_random.uniform(2e9, 9e9));
    m_info.bytesOut = static_cast<std::int64_t>(m_random.uniform(4e10, 2e11));
}

void SimulatedPeers::transactionRelayed(std::int64_t size)
{
    const std::int64_t others = m_info.peers - 1;
    m_info.bytesIn += size + announcement * others / 2;
    m_info.bytesOut += announcement * others / 2 + size * (others / 12);
}

void SimulatedPeers::blockRelayed(std::int64_t size)
{
    constexpr std::int64_t shortIds = 200; // a compact block is about this much smaller
    m_info.bytesIn += size / shortIds + 20'000;
    m_info.bytesOut += 3 * (size / shortIds) + size * static_cast<std::int64_t>(m_random.below(3));
}

void SimulatedPeers::pass(double seconds)
{
    const double arrivals = usualInbound / inboundStay;
    if (m_info.inbound < mostInbound && m_random.chance(1 - std::exp(-arrivals * seconds)))
        ++m_info.inbound;
    if (m_info.inbound > 0 && m_random.chance(1 - std::exp(-m_info.inbound / inboundStay * seconds)))
        --m_info.inbound;
    if (m_info.outbound < outboundPeers) // replaced at the next look
        ++m_info.outbound;
    else if (m_random.chance(1 - std::exp(-outboundPeers / outboundStay * seconds)))
        --m_info.outbound;
    m_info.peers = m_info.inbound + m_info.outbound;
    const double talk = chatter * seconds * m_info.peers;
    m_info.bytesIn += static_cast<std::int64_t>(talk * m_random.uniform(0.7, 1.3));
    m_info.bytesOut += static_cast<std::int64_t>(talk * m_random.uniform(0.7, 1.3));
}

} // namespace tipwatch::simulated
