// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction.h"

#include <cstdint>

namespace tipwatch::simulated {

/// What a transaction is made of, apart from its fee and relatives. A pure function of a seed, so it is never stored.
struct TransactionShape {
    std::int32_t inputs = 1;
    std::int32_t outputs = 1;
    std::int32_t baseSize = 0;    ///< bytes without witness
    std::int32_t witnessSize = 0; ///< bytes of witness, marker and flag included
    Satoshi value;                ///< sum of the outputs
    std::uint16_t flags = 0;      ///< TxFlag

    Weight weight() const { return Weight(4 * std::int64_t{baseSize} + witnessSize); }
    std::int64_t size() const { return std::int64_t{baseSize} + witnessSize; }
};

/// Draws from a mix like that of the main network: payments (one segwit input, two outputs, 141 vB) above all, then consolidations,
/// batched payouts, multisig, tokens in OP_RETURN, and inscriptions with a large witness.
TransactionShape shapeOf(std::uint32_t seed);
/// The weight of shapeOf(), for less.
Weight weightOf(std::uint32_t seed);

} // namespace tipwatch::simulated
