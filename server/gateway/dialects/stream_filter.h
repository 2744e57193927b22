// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/track_filter.h"
#include "shared/domain/alert.h"
#include "shared/domain/peer.h"
#include "shared/domain/transaction.h"
#include "shared/protocol/channel.h"
#include "shared/state/chain_event.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// Which transactions of `txs` a client wants: those to which all that is set applies. Its lists are sorted.
struct TxFilter {
    std::optional<Feerate> minFeerate;
    std::optional<Satoshi> minValue; ///< a transaction of unknown value does not reach it
    std::uint16_t flags = 0;         ///< TxFlag bits, all of which have to be set
    std::vector<Script> scripts;     ///< "address": an output pays to one of them, or an input is known to spend from one
    std::vector<TxId> txids;         ///< "txid": it is one of them

    bool accepts(const MempoolEntry &entry) const;
    /// Of one that left only the id is known, so it is told unless the ids say otherwise.
    bool acceptsRemoval(const TxId &txid) const;
    friend bool operator==(const TxFilter &, const TxFilter &) = default;
};

/// A part of the globe, its edges included; it may lie across the date line (west > east).
struct GeoBounds {
    double north = 90, south = -90, east = 180, west = -180;
    bool contains(const GeoPosition &position) const;
    friend bool operator==(const GeoBounds &, const GeoBounds &) = default;
};

/// Which peers of `network` or `nodes` a client wants.
struct PeerFilter {
    std::vector<std::int64_t> ids;   ///< sorted; empty: all
    std::optional<GeoBounds> bounds; ///< lets only peers through that have a position
    bool accepts(const Peer &peer) const;
    /// Of one that is gone only the id is known.
    bool acceptsGone(std::int64_t id) const;
    friend bool operator==(const PeerFilter &, const PeerFilter &) = default;
};

/// What the nodes dialect's clients choose from with "messageTypes".
enum class NodeMessage : std::uint8_t { Node = 1 << 0, Position = 1 << 1, Telemetry = 1 << 2, Message = 1 << 3, Status = 1 << 4 };

/// Which alerts a client of S3 wants: those that one of its channels stands for. A client has several at a time, so they add up.
struct SignalFilter {
    bool all = false;               ///< signals:all
    bool high = false;              ///< signals:high: the critical ones
    std::vector<std::string> types; ///< signals:type:<type>; sorted
    bool accepts(const Alert &alert) const;
    bool isEmpty() const { return *this == SignalFilter(); }
    void add(const SignalFilter &other);
    void remove(const SignalFilter &other);
    friend bool operator==(const SignalFilter &, const SignalFilter &) = default;
};

/// All that a client said about what it wants of its channels. Immutable; shared by the clients of a shard that say the same.
struct StreamFilter {
    std::optional<TxFilter> txs;
    std::optional<PeerFilter> network;
    std::optional<PeerFilter> nodes;
    std::uint8_t nodeMessages = 0; ///< NodeMessage bits; 0: all
    TrackFilter tracks;            ///< what of the channel Track is wanted
    std::optional<SignalFilter> signals;

    bool isEmpty() const { return *this == StreamFilter(); }

    /// Whether what @p event is to a client can depend on the filter. If not, all clients share one frame.
    bool concerns(const ChainEvent &event) const;

    /// Takes what @p other says of @p channels and keeps the rest; what is tracked is tracked further, and signals add up.
    void replace(ChannelSet channels, const StreamFilter &other);

    /// The same text for filters that let the same through.
    std::string key() const;
    friend bool operator==(const StreamFilter &, const StreamFilter &) = default;
};
using StreamFilterPtr = std::shared_ptr<const StreamFilter>;

} // namespace tipwatch
