// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction_detail.h"
#include "shared/mempool/mined_transaction.h"
#include "shared/protocol/value_writer.h"
#include "shared/state/block_archive.h"

namespace tipwatch {

/// All that is known of one block. Pointers may be null: not known.
struct BlockView {
    BlockPtr block;                           ///< never null
    BlockPtr previous;                        ///< the block before
    BlockPtr next;                            ///< the one on top of it, if it is on the active chain
    BlockContentsPtr contents;                ///< from when it came
    std::int64_t confirmations = 0;           ///< 1 is the tip; -1: it is not on the active chain
    std::optional<std::int64_t> staleSince{}; ///< Unix ms
    BlockPtr replacedBy{};                    ///< of a stale block: the one of the active chain at its height
    bool headerOnly = false;                  ///< the node has thrown the rest away (pruned)
};

/// What encode(BlockSummary) says, and more.
void encode(ValueWriter &out, const BlockView &view);
void encode(ValueWriter &out, const StaleBlock &stale);
/// @p audited: whether it is known what was expected.
void encode(ValueWriter &out, const MinedTransaction &transaction, bool audited);
void encode(ValueWriter &out, const LeftOutTransaction &transaction);
/// In the same shape as a MinedTransaction of which no fee is known.
void encode(ValueWriter &out, const BlockTransactionFacts &transaction);

/// {matchRate, expected, missing, …, expectedWeight, matchedWeight}
void encodeAudit(ValueWriter &out, const BlockMatch &match, const BlockContents *contents);

} // namespace tipwatch
