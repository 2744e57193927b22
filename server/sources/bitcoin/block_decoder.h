// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"
#include "shared/domain/spent_output.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// As much of a transaction as is told of those in a block.
struct BlockTransaction {
    TxId txid;
    Weight weight;
    Satoshi value;               ///< sum of the outputs
    std::uint32_t payeeAt = 0;   ///< into DecodedBlock::payees
    std::uint32_t payeeSize = 0; ///< 0: no output can be spent
};

/// A block as its bytes tell it. Owns all it has.
struct DecodedBlock {
    BlockHash hash;
    BlockHash previousHash;
    std::uint32_t version = 0;
    std::int64_t time = 0; ///< Unix seconds
    std::uint32_t bits = 0;
    std::int64_t size = 0;         ///< bytes, witness included
    std::int64_t strippedSize = 0; ///< bytes without witness
    Weight weight;
    std::vector<BlockTransaction> transactions; ///< coinbase first; never empty
    std::vector<std::uint8_t> payees; ///< of each, the script of the first output that can be spent, one behind the other

    Height height = unknownHeight;              ///< what the coinbase claims (BIP 34: version 2 and later), else unknown
    std::vector<std::uint8_t> coinbaseScript;   ///< of the coinbase input
    Satoshi coinbaseValue;                      ///< sum of the coinbase outputs: subsidy and fees
    std::string coinbaseTag;                    ///< printable text in the coinbase script, UTF-8
    std::string miner;                          ///< pool that signs so, or empty
    std::vector<ScriptTransaction> concerned{}; ///< that concern watched scripts; for whoever decodes it to fill in

    std::int32_t txCount() const { return static_cast<std::int32_t>(transactions.size()); }
    std::vector<TxId> txids() const;
    /// In the block's order, coinbase first.
    std::vector<ConfirmedTransaction> confirmedTransactions() const;
    /// Bytes that its transactions take here, about.
    std::size_t memory() const { return transactions.size() * sizeof(BlockTransaction) + payees.size(); }
};

/// @p raw is one whole block, and nothing else. An error says what is wrong and at which byte, and names the block's hash if the
/// header is whole; a merkle root that does not match is one. Memory is bounded by the size of @p raw, whatever counts it claims.
Result<DecodedBlock> decodeBlock(std::span<const std::uint8_t> raw);

/// Readable text in a coinbase script behind the height: runs of at least four printable characters (UTF-8), joined by a space.
std::string coinbaseTagOf(std::span<const std::uint8_t> script);

/// The height that starts the coinbase script (BIP 34), or unknownHeight.
Height coinbaseHeightOf(std::span<const std::uint8_t> script);

} // namespace tipwatch
