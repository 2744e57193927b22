// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "shared/domain/node_info.h"
#include "shared/domain/peer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tipwatch::simulated {

/// The simulated node's connections: ten of its own, a changing crowd that came to it, and the traffic of both. Addresses are from the
/// ranges that are set aside for examples (RFC 5737, RFC 3849), or made up where a network has none.
class SimulatedPeers {
public:
    SimulatedPeers(std::uint64_t seed, std::int64_t startUnix, Height tip);

    /// A transaction of @p size bytes came in, and was passed on to those who asked for it.
    void transactionRelayed(std::int64_t size);
    /// A block came in as a compact block (BIP 152), and was passed on.
    void blockRelayed(Height height, std::int64_t size);
    /// Lets @p seconds pass, until @p unixTime: some come, some go, all chatter.
    void pass(double seconds, std::int64_t unixTime);

    const NetworkInfo &info() const { return m_info; }
    /// In the order of their ids.
    const std::vector<Peer> &peers() const { return m_peers; }

private:
    void connectOut(std::int64_t unixTime);
    void connectIn(std::int64_t unixTime);
    void add(Peer peer, std::int64_t unixTime);
    void removeAny(bool inbound);
    void spreadTraffic();
    void measure(Peer &peer, double seconds);
    std::string host(std::string_view network);
    double usualPing(const Peer &peer) const;

    Random m_random;
    std::uint64_t m_seed;
    NetworkInfo m_info;
    std::vector<Peer> m_peers;
    std::int64_t m_nextId = 0;
    Height m_height;
    std::int64_t m_newBytesIn = 0, m_newBytesOut = 0; ///< not counted for any single peer yet
};

} // namespace tipwatch::simulated
