// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/peer.h"
#include "shared/domain/transaction.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// Which transactions of `txs` a client wants: those to which all that is set applies.
struct TxFilter {
    std::optional<Feerate> minFeerate;
    std::optional<Satoshi> minValue;
    std::uint16_t flags = 0;     ///< TxFlag bits, all of which have to be set
    std::vector<Script> scripts; ///< "address": an output pays to one of them
    std::vector<TxId> txids;     ///< "txid": it is one of them

    bool accepts(const MempoolEntry &entry) const;
    /// Of one that left only the id is known.
    bool acceptsRemoval(const TxId &txid) const;
};

/// A part of the globe; it may lie across the date line (west > east).
struct GeoBounds {
    double north = 90, south = -90, east = 180, west = -180;
    bool contains(const GeoPosition &position) const;
};

/// Which peers of `network` and `nodes` a client wants.
struct PeerFilter {
    std::vector<std::int64_t> ids;   ///< empty: all
    std::optional<GeoBounds> bounds; ///< lets only peers through that have a position
    bool accepts(const Peer &peer) const;
};

/// All that a client said about what it wants of its channels. Immutable; shared by the clients of a shard that say the same.
struct StreamFilter {
    std::optional<TxFilter> txs;
    std::optional<PeerFilter> peers;
    std::vector<std::string> messageTypes; ///< of the nodes dialect; empty: all

    /// The same text for filters that let the same through.
    std::string key() const;
};
using StreamFilterPtr = std::shared_ptr<const StreamFilter>;

} // namespace tipwatch
