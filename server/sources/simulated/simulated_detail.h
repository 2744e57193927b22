// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/simulated_mempool.h"
#include "shared/domain/transaction_detail.h"

#include <span>

namespace tipwatch::simulated {

/// @p pooled with all its parts, which follow from its shape: what it pays to is told as it was on its arrival, what it spends is worth as
/// much as its outputs and its fee. @p parents are what it spends first, the other outputs it spends are invented.
TransactionDetail detailOf(const PooledTransaction &pooled, const TxId &txid, const WtxId &wtxid, std::span<const TxId> parents);

} // namespace tipwatch::simulated
