// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/sequence_message.h"
#include "shared/domain/transaction.h"

#include <optional>

namespace tipwatch {

/// Why an R came. The node does not say, but what comes with it tells: an R precedes the A that causes it, and the C of the block
/// that conflicts with it; a D precedes those of a reorg.
struct RemovalGuess {
    RemovalReason reason = RemovalReason::Unknown;
    std::optional<TxId> by; ///< the replacement
};

struct RemovalScene {
    const SequenceMessage *next = nullptr; ///< first message after the R that is no R; null if none came within a moment
    bool duringReorg = false;
    bool mempoolFull = false; ///< near its limit: an eviction is possible
    std::int64_t entered = 0; ///< Unix seconds; 0 is unknown
    std::int64_t now = 0;     ///< Unix seconds
};

constexpr std::int64_t mempoolExpirySeconds = 336 * 3600; // Bitcoin Core, DEFAULT_MEMPOOL_EXPIRY_HOURS

/// @return Unknown where two reasons are possible: rather nothing than a guess that misleads.
inline RemovalGuess guessRemoval(const RemovalScene &scene)
{
    using Kind = SequenceMessage::Kind;
    if (scene.duringReorg)
        return {RemovalReason::Reorg, std::nullopt};
    if (scene.next && scene.next->kind == Kind::Connected)
        return {RemovalReason::Conflict, std::nullopt};
    const bool added = scene.next && scene.next->kind == Kind::Added;
    if (added && scene.entered != 0 && scene.entered + mempoolExpirySeconds < scene.now)
        return {RemovalReason::Expired, std::nullopt};
    if (added && !scene.mempoolFull)
        return {RemovalReason::Replaced, scene.next->txid()};
    if (!scene.next && scene.mempoolFull)
        return {RemovalReason::Evicted, std::nullopt};
    return {};
}

} // namespace tipwatch
