// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tipwatch {

/// An output by its place: the one of @p txid with that number.
struct OutPoint {
    TxId txid;
    std::uint32_t index = 0;

    /// What the input of a coinbase names.
    bool isNull() const { return txid.isNull() && index == 0xffffffff; }
    friend auto operator<=>(const OutPoint &, const OutPoint &) = default;
};

struct HashOfOutPoint {
    std::size_t operator()(const OutPoint &point) const noexcept { return HashOfHash256()(point.txid) ^ point.index; }
};

/// What an input spends, and by which right.
struct TransactionInput {
    OutPoint previous;
    std::uint32_t sequence = 0;
    Script script;                              ///< scriptSig
    std::vector<Script> witness;                ///< its items (BIP 144)
    std::optional<TransactionOutput> prevout{}; ///< what is spent, where somebody knew it
};

/// Where in the chain a transaction stands.
struct ConfirmingBlock {
    BlockHash hash;
    Height height = unknownHeight;
    std::int64_t time = 0;          ///< of the header, Unix seconds
    std::int64_t confirmations = 0; ///< 1 in the tip; below 1: not on the active chain
};

/// A transaction with all its parts.
struct TransactionDetail {
    TxId txid;
    WtxId wtxid;
    std::uint32_t version = 0;
    std::uint32_t lockTime = 0;
    std::int64_t size = 0; ///< bytes, witness included
    Weight weight;
    VBytes vsize; ///< from the weight alone; the node's word of one in the mempool may be larger (sigops)
    std::uint16_t flags = 0;
    std::vector<TransactionInput> inputs;
    std::vector<TransactionOutput> outputs;
    Satoshi value;                        ///< sum of the outputs
    std::optional<Satoshi> fee;           ///< where all that it spends is known
    std::optional<ConfirmingBlock> block; ///< none: it waits in the mempool, or nobody told
};
using TransactionDetailPtr = std::shared_ptr<const TransactionDetail>;

/// A transaction of a block as far as it is listed.
struct BlockTransactionFacts {
    TxId txid;
    Weight weight;
    Satoshi value; ///< sum of the outputs
    Script payee;  ///< of the first output that can be spent; empty: none
};

/// A block with its transactions.
struct BlockDetail {
    BlockSummary summary;
    std::int64_t confirmations = 0; ///< -1: not on the active chain
    /// In the block's order, coinbase first. Empty if only the header is left (pruned); summary.txCount tells how many there were.
    std::vector<BlockTransactionFacts> transactions;
};
using BlockDetailPtr = std::shared_ptr<const BlockDetail>;

/// An output that nobody has spent.
struct UnspentOutput {
    OutPoint point;
    Satoshi value;
    Height height = unknownHeight; ///< of the block it came in
    bool coinbase = false;
};

/// What the set of unspent outputs holds for a script.
struct ScanResult {
    Height height = unknownHeight; ///< of the chain at which this is true
    BlockHash block;
    std::int64_t searched = 0; ///< outputs looked at
    Satoshi total;
    std::vector<UnspentOutput> unspent; ///< in the node's order
};
using ScanResultPtr = std::shared_ptr<const ScanResult>;

} // namespace tipwatch
