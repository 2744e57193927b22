// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/transaction_detail.h"

#include <functional>
#include <span>

namespace tipwatch {

/// @p raw is one whole transaction, and nothing else, with all its scripts and witnesses. What it spends and where it stands is not in its
/// bytes. An error says what is wrong and at which byte. Memory is bounded by the size of @p raw, whatever counts it claims.
Result<TransactionDetail> decodeDetail(std::span<const std::uint8_t> raw);

/// Calls @p visit for each transaction of a block, up to the first that is malformed.
void forEachTransaction(std::span<const std::uint8_t> rawBlock, const std::function<void(const TransactionDetail &)> &visit);

} // namespace tipwatch
