// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/mempool/block_projection.h"
#include "shared/mempool/mempool_graph.h"
#include "shared/mempool/mined_transaction.h"

#include <cstdint>
#include <span>

namespace tipwatch {

/// What is expected of a fair miner.
struct AuditRules {
    std::int64_t propagationSeconds =
        60;                    ///< miners renew their templates about twice a minute: what is younger they may not have
    double farBelow = 0.5;     ///< of the projected block's lowest feerate: who pays less was mined for another reason
    double gapFillers = 0.005; ///< of its weight: the cheapest chunks, which fill gaps, are no measure for that
};

/// What @p graph, which still has them, knows of the transactions of a block; coinbase first. @p confirmed may be null; if not it is as
/// long as @p txids. Costs a few look-ups each.
BlockContents describeMined(const MempoolGraph &graph, std::span<const TxId> txids, const ConfirmedTransactions &confirmed);

/// Compares @p contents with the first block that @p graph would be cut into, and notes in them what was expected. Costs a step for each
/// transaction of both. @p now is in Unix seconds of the node's clock, about.
/// The rate is by weight, like the similarity of mempool.space's audit; what is excused are those that its score excuses.
BlockMatch matchWithProjection(BlockContents &contents, const MempoolGraph &graph, const BlockFilling &filling, std::int64_t now,
                               const AuditRules &rules = {});

} // namespace tipwatch
