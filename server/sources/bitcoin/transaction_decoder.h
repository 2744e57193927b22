// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tipwatch {

/// What an output pays to, by the form of its script (Bitcoin Core, Solver()).
enum class ScriptKind : std::uint8_t {
    PubKey,
    PubKeyHash,
    ScriptHash,
    Multisig,
    WitnessPubKeyHash,
    WitnessScriptHash,
    Taproot,
    Anchor,   ///< pay-to-anchor, OP_1 <4e73>
    NullData, ///< OP_RETURN
    Other
};

struct TxInput {
    TxId previousTxid;
    std::uint32_t previousIndex = 0;
    std::uint32_t sequence = 0;
    bool hasWitness = false;
};

struct TxOutput {
    Satoshi value;
    ScriptKind kind = ScriptKind::Other;
    std::span<const std::uint8_t> script; ///< into the bytes that were decoded
};

/// A transaction as it is on the wire (BIP 144). Valid as long as the bytes it was decoded from.
struct DecodedTransaction {
    TxId txid;
    WtxId wtxid;
    std::uint32_t version = 0;
    std::uint32_t lockTime = 0;
    std::int64_t size = 0; ///< bytes, witness included
    Weight weight;
    VBytes vsize; ///< from the weight alone; the node's word may be larger (sigops)
    std::vector<TxInput> inputs;
    std::vector<TxOutput> outputs;
    Satoshi value; ///< sum of the outputs
    bool isCoinbase = false;

    /// SignalsRbf, Segwit, Taproot and DataCarrier of TxFlag; the others are not to be seen here.
    std::uint16_t flags() const;
};

/// @p raw is one whole transaction, and nothing else. An error says what is wrong and at which byte.
/// Memory is bounded by the size of @p raw, whatever counts it claims.
Result<DecodedTransaction> decodeTransaction(std::span<const std::uint8_t> raw);

ScriptKind scriptKindOf(std::span<const std::uint8_t> script);

} // namespace tipwatch
