// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_peers.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tipwatch::simulated {

namespace {

constexpr std::int32_t outboundPeers = 10; ///< eight full, two for blocks only (Bitcoin Core's defaults)
constexpr std::int32_t blockOnlyPeers = 2;
constexpr std::int32_t usualInbound = 34;
constexpr std::int32_t mostInbound = 115; ///< 125 connections in all
constexpr double inboundStay = 1500;      ///< seconds, mean
constexpr double outboundStay = 20'000;   ///< seconds, mean
constexpr std::int64_t announcement = 37; ///< bytes of an inv with its share of the message around it
constexpr double chatter = 60;            ///< bytes per second and peer: pings, addresses
constexpr double pingSeconds = 120;       ///< between two pings of a peer (Bitcoin Core, PING_INTERVAL)
constexpr double usualRate = 900;         ///< bytes per second in either direction, for the time before the start

constexpr std::uint64_t pingStream = 0x70696e67, trafficStream = 0x74726166;

struct Share {
    const char *name;
    double share;
};
constexpr std::array<Share, 9> versions{{{"/Satoshi:29.0.0/", 0.24},
                                         {"/Satoshi:28.1.0/", 0.16},
                                         {"/Satoshi:30.0.0/", 0.14},
                                         {"/Satoshi:27.0.0/", 0.11},
                                         {"/Satoshi:29.1.0/Knots:20250903/", 0.1},
                                         {"/Satoshi:31.0.0/", 0.08},
                                         {"/Satoshi:25.0.0/", 0.07},
                                         {"/Satoshi:22.0.0/", 0.06},
                                         {"/btcwire:0.5.0/btcd:0.24.2/", 0.04}}};
constexpr std::array<Share, 4> networks{{{"ipv4", 0.62}, {"ipv6", 0.17}, {"onion", 0.17}, {"i2p", 0.04}}};

template <std::size_t N> const char *draw(const std::array<Share, N> &shares, Random &random)
{
    double left = random.uniform();
    for (const Share &share : shares) {
        left -= share.share;
        if (left < 0)
            return share.name;
    }
    return shares.front().name;
}

std::string base32(std::size_t length, Random &random)
{
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    for (std::size_t i = 0; i < length; ++i)
        text.push_back(alphabet[random.below(alphabet.size())]);
    return text;
}

} // namespace

SimulatedPeers::SimulatedPeers(std::uint64_t seed, std::int64_t startUnix, Height tip)
    : m_random(seed), m_seed(seed), m_height(tip)
{
    m_info.version = 310000;
    m_info.subversion = "/Simulated:31.0.0/";
    m_info.bytesIn = static_cast<std::int64_t>(m_random.uniform(2e9, 9e9));
    m_info.bytesOut = static_cast<std::int64_t>(m_random.uniform(4e10, 2e11));
    const auto inbound = usualInbound + static_cast<std::int32_t>(m_random.normal() * 5);
    std::vector<double> ages;
    for (std::int32_t i = 0; i < outboundPeers + inbound; ++i)
        ages.push_back(m_random.exponential(i < outboundPeers ? outboundStay : inboundStay));
    for (std::int32_t i = 0; i < outboundPeers; ++i)
        connectOut(startUnix - static_cast<std::int64_t>(ages[static_cast<std::size_t>(i)]));
    for (std::int32_t i = 0; i < inbound; ++i)
        connectIn(startUnix - static_cast<std::int64_t>(ages[static_cast<std::size_t>(outboundPeers + i)]));
    // Ids were given in the order of connection.
    std::ranges::stable_sort(m_peers, {}, &Peer::connectedAt);
    m_nextId = 0;
    for (Peer &peer : m_peers) {
        peer.id = m_nextId;
        m_nextId += 1 + static_cast<std::int64_t>(m_random.below(6)); // others came and went
        const double age = static_cast<double>(startUnix - peer.connectedAt);
        peer.bytesIn = static_cast<std::int64_t>(age * usualRate * m_random.uniform(0.2, 1.8));
        peer.bytesOut = static_cast<std::int64_t>(age * usualRate * m_random.uniform(0.2, 1.8));
        measure(peer, pingSeconds);
    }
}

void SimulatedPeers::transactionRelayed(std::int64_t size)
{
    const std::int64_t others = m_info.peers - 1;
    m_newBytesIn += size + announcement * others / 2;
    m_newBytesOut += announcement * others / 2 + size * (others / 12);
}

void SimulatedPeers::blockRelayed(Height height, std::int64_t size)
{
    constexpr std::int64_t shortIds = 200; // a compact block is about this much smaller
    m_newBytesIn += size / shortIds + 20'000;
    m_newBytesOut += 3 * (size / shortIds) + size * static_cast<std::int64_t>(m_random.below(3));
    m_height = height;
}

void SimulatedPeers::pass(double seconds, std::int64_t unixTime)
{
    const double talk = chatter * seconds * m_info.peers;
    m_newBytesIn += static_cast<std::int64_t>(talk * m_random.uniform(0.7, 1.3));
    m_newBytesOut += static_cast<std::int64_t>(talk * m_random.uniform(0.7, 1.3));
    spreadTraffic();
    for (Peer &peer : m_peers)
        measure(peer, seconds);

    const double arrivals = usualInbound / inboundStay;
    if (m_info.inbound < mostInbound && m_random.chance(1 - std::exp(-arrivals * seconds)))
        connectIn(unixTime);
    if (m_info.inbound > 0 && m_random.chance(1 - std::exp(-m_info.inbound / inboundStay * seconds)))
        removeAny(true);
    if (m_info.outbound < outboundPeers) // replaced at the next look
        connectOut(unixTime);
    else if (m_random.chance(1 - std::exp(-outboundPeers / outboundStay * seconds)))
        removeAny(false);
}

// --- coming and going

void SimulatedPeers::connectOut(std::int64_t unixTime)
{
    const auto blockOnly = std::ranges::count(m_peers, "block-relay-only", &Peer::connectionType);
    Peer peer;
    peer.network = draw(networks, m_random);
    peer.address = host(peer.network) + (peer.network == "i2p" ? ":0" : ":8333");
    peer.connectionType = blockOnly < blockOnlyPeers ? "block-relay-only" : "outbound-full-relay";
    add(std::move(peer), unixTime);
}

void SimulatedPeers::connectIn(std::int64_t unixTime)
{
    Peer peer;
    peer.inbound = true;
    peer.network = draw(networks, m_random);
    // Who comes through Tor comes from this machine's Tor.
    peer.address = peer.network == "onion" ? "127.0.0.1" : host(peer.network);
    peer.address += ':' + (peer.network == "i2p" ? "0" : std::to_string(32'768 + m_random.below(28'000)));
    peer.connectionType = "inbound";
    add(std::move(peer), unixTime);
}

void SimulatedPeers::add(Peer peer, std::int64_t unixTime)
{
    peer.id = m_nextId;
    m_nextId += 1 + static_cast<std::int64_t>(m_random.below(3));
    peer.subversion = draw(versions, m_random);
    peer.connectedAt = unixTime;
    ++(peer.inbound ? m_info.inbound : m_info.outbound);
    ++m_info.peers;
    m_peers.push_back(std::move(peer));
}

void SimulatedPeers::removeAny(bool inbound)
{
    std::uint64_t left = m_random.below(static_cast<std::uint64_t>(inbound ? m_info.inbound : m_info.outbound));
    const auto gone = std::ranges::find_if(m_peers, [&](const Peer &peer) { return peer.inbound == inbound && left-- == 0; });
    m_peers.erase(gone);
    --(inbound ? m_info.inbound : m_info.outbound);
    --m_info.peers;
}

std::string SimulatedPeers::host(std::string_view network)
{
    if (network == "onion")
        return base32(55, m_random) + "d.onion"; // the last digit tells the version
    if (network == "i2p")
        return base32(52, m_random) + ".b32.i2p";
    char text[64];
    if (network == "ipv6") {
        const auto group = [this] { return static_cast<unsigned>(1 + m_random.below(0xffff)); };
        const unsigned site = group(), subnet = group(), device = group();
        std::snprintf(text, sizeof text, "[2001:db8:%x:%x::%x]", site, subnet, device);
    } else {
        constexpr std::array ranges{"192.0.2", "198.51.100", "203.0.113"};
        const char *range = ranges[m_random.below(ranges.size())];
        std::snprintf(text, sizeof text, "%s.%u", range, static_cast<unsigned>(1 + m_random.below(254)));
    }
    return text;
}

// --- figures

/// Some relay much, some little: each peer has its own share of what is new.
void SimulatedPeers::spreadTraffic()
{
    m_info.bytesIn += m_newBytesIn;
    m_info.bytesOut += m_newBytesOut;
    const auto weight = [this](const Peer &peer) {
        return 1 + static_cast<double>(mix(mix(m_seed, trafficStream), static_cast<std::uint64_t>(peer.id)) % 16);
    };
    double sum = 0;
    for (const Peer &peer : m_peers)
        sum += weight(peer);
    for (Peer &peer : m_peers) {
        const double share = weight(peer) / sum;
        peer.bytesIn += static_cast<std::int64_t>(share * static_cast<double>(m_newBytesIn));
        peer.bytesOut += static_cast<std::int64_t>(share * static_cast<double>(m_newBytesOut));
    }
    m_newBytesIn = m_newBytesOut = 0;
}

void SimulatedPeers::measure(Peer &peer, double seconds)
{
    if (peer.pingMs < 0 || m_random.chance(seconds / pingSeconds))
        peer.pingMs = std::round(usualPing(peer) * m_random.uniform(0.9, 1.4) * 1000) / 1000; // the node measures microseconds
    if (peer.syncedBlocks != unknownHeight || m_random.chance(seconds / pingSeconds))
        peer.syncedBlocks = m_height;
}

double SimulatedPeers::usualPing(const Peer &peer) const
{
    Random random(mix(mix(m_seed, pingStream), static_cast<std::uint64_t>(peer.id)));
    const bool hidden = peer.network == "onion" || peer.network == "i2p";
    return random.logNormal(hidden ? 420 : 75, 0.55);
}

} // namespace tipwatch::simulated
