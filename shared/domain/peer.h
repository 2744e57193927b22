// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// A place on the earth, in degrees.
struct GeoPosition {
    double latitude = 0;  ///< -90 to 90, north positive
    double longitude = 0; ///< -180 to 180, east positive
    friend bool operator==(const GeoPosition &, const GeoPosition &) = default;
};

/// A node that ours is connected with (getpeerinfo).
struct Peer {
    std::int64_t id = 0;        ///< the node's number for it, never used again in the node's run
    std::string address;        ///< with port, as the node knows it
    std::string network;        ///< "ipv4", "ipv6", "onion", "i2p", "cjdns", "not_publicly_routable"
    std::string subversion;     ///< e.g. "/Satoshi:31.0.0/"; empty: not told yet
    std::string connectionType; ///< "outbound-full-relay", "inbound", ...; empty: the node does not say
    bool inbound = false;
    std::int64_t connectedAt = 0; ///< Unix seconds
    std::int64_t bytesIn = 0;     ///< from the peer to our node, since then
    std::int64_t bytesOut = 0;
    double pingMs = -1;                    ///< -1: not measured
    Height syncedBlocks = unknownHeight;   ///< last block we have in common
    std::optional<GeoPosition> position{}; ///< only from a geoip database, never guessed
    friend bool operator==(const Peer &, const Peer &) = default;
};

/// A peer as it was and as it is, so that a reader can tell what changed. `before` is absent for one that is new.
struct PeerChange {
    std::optional<Peer> before;
    Peer now;
};

} // namespace tipwatch
