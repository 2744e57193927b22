// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/transaction_shape.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tipwatch::simulated {

/// What the transaction of a shape's @p seed pays to: as many outputs, of that value in all, and of the kinds that its flags tell. Some go to
/// addresses that are paid to again and again, as those of exchanges are. Pure functions of the seed, like the shape.
std::vector<TransactionOutput> outputsOf(std::uint32_t seed);
/// The script of the first of them that can be spent, for less.
Script payeeOf(std::uint32_t seed);

/// Where the pool of that name has its rewards paid to.
Script rewardScript(std::string_view miner);

} // namespace tipwatch::simulated
