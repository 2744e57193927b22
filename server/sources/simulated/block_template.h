// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/simulated_mempool.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace tipwatch::simulated {

/// Largest block that is filled, coinbase included; miners leave a little of the 4,000,000 free.
inline constexpr std::int64_t maxBlockWeight = 3'996'000;

/// Picks transactions as a miner does: again and again the one whose package of ancestors pays most per byte, until nothing fits.
/// @p weightLimit is for these transactions alone. @p isKnown says of a transaction whether this miner has it; what is not known, and what
/// spends it, is left out.
/// @return slots in block order: parents before children.
std::vector<Slot> blockTemplate(const SimulatedMempool &mempool, std::int64_t weightLimit,
                                const std::function<bool(const PooledTransaction &)> &isKnown);

} // namespace tipwatch::simulated
