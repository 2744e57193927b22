// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/peer.h"

#include <maxminddb.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tipwatch {

/// Tells where on the earth peers are, from a database in MaxMind's format that has positions (GeoLite2 City, DB-IP City and the like).
/// Without a database, and for peers that are not in it or not on the open Internet (Tor, I2P, CJDNS, private addresses), nobody knows.
/// Not thread-safe; lives on the backend thread.
class PeerLocator {
public:
    /// Locates nobody.
    PeerLocator() = default;

    /// Opens the database at @p path; with an empty one it locates nobody. An error says what is wrong with the file (missing, no such
    /// database, damaged, without positions) and what is accepted.
    static Result<PeerLocator> open(const std::string &path);

    /// Fills in the positions.
    void locate(std::span<Peer> peers);

    /// @p address with or without port, as the node writes it: "192.0.2.1:8333", "[2001:db8::1]:8333".
    std::optional<GeoPosition> positionOf(const std::string &address);

private:
    struct Closer {
        void operator()(MMDB_s *database) const;
    };
    static constexpr std::size_t remembered = 4096; ///< addresses; several times as many as a node has peers

    std::unique_ptr<MMDB_s, Closer> m_database;
    std::unordered_map<std::string, std::optional<GeoPosition>> m_known;
};

} // namespace tipwatch
