// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/node_info.h"
#include "shared/domain/peer.h"
#include "shared/domain/transaction.h"
#include "shared/state/chain_store.h"

#include <optional>
#include <variant>
#include <vector>

namespace tipwatch::simulated {

/// What a node would tell of a change, in the order in which it would.
struct Arrival {
    MempoolEntry entry;
};

struct Removal {
    TxId txid;
    RemovalReason reason = RemovalReason::Unknown;
    std::optional<TxId> by;
};

/// Its transactions leave the mempool without further words.
struct BlockFound {
    ConnectedBlock block;
};

/// The tip was taken back. Transactions that return arrive again.
struct BlockLost {
    BlockHash hash;
};

struct FeesEstimated {
    FeeEstimates fees;
};

struct PeersChanged {
    NetworkInfo network;
    std::vector<Peer> peers; ///< all of them
};

using Operation = std::variant<Arrival, Removal, BlockFound, BlockLost, FeesEstimated, PeersChanged>;

} // namespace tipwatch::simulated
