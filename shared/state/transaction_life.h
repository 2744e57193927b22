// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction_detail.h"
#include "shared/mempool/queue_position.h"
#include "shared/state/departed_transactions.h"
#include "shared/state/position.h"
#include "shared/state/transaction_status.h"

#include <optional>
#include <vector>

namespace tipwatch {

/// Transactions that hang on another: all of them in numbers, some by name.
struct RelativesSummary {
    static constexpr std::size_t mostListed = 25;

    std::size_t count = 0;
    VBytes vsize;
    Satoshi fees;
    std::vector<TxId> listed;
};

/// All that is known of a transaction without asking the node.
struct TransactionLife {
    TxId txid;
    Position at; ///< of the stream, when this was true
    TransactionStatus status = TransactionStatus::Unknown;
    std::optional<MempoolEntry> entry;           ///< as long as it is in the mempool, once it is described
    std::optional<QueuePosition> queue;          ///< the same
    RelativesSummary ancestors, descendants;     ///< in the mempool
    std::optional<DepartedTransaction> departed; ///< once it has left
    std::optional<ConfirmingBlock> block;        ///< of the latest ones
    /// The tree that it belongs to, from the latest replacement down; nothing replaced anything: it has one node.
    Replacements replacements;
};

class ChainStore;

/// Looks it up in the mempool, the latest blocks and the record of what left. Backend thread.
TransactionLife lifeOf(const TxId &txid, const ChainStore &store);

} // namespace tipwatch
