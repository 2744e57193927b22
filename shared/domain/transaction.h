// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tipwatch {

/// What is worth knowing of a transaction at a glance; bits of MempoolEntry::flags.
enum class TxFlag : std::uint16_t {
    SignalsRbf = 1 << 0,   ///< an input has a sequence below 0xfffffffe (BIP 125)
    Replacement = 1 << 1,  ///< its arrival removed a conflicting transaction
    Segwit = 1 << 2,       ///< an input has a witness
    Taproot = 1 << 3,      ///< an output is pay-to-taproot (BIP 341)
    DataCarrier = 1 << 4,  ///< an output is OP_RETURN
    SpendsMempool = 1 << 5 ///< has a parent in the mempool
};

/// The wire's word for @p flag ("rbf", "replacement", "segwit", "taproot", "op_return", "cpfp").
std::string_view flagName(TxFlag flag);
/// Every flag, in the order in which they are listed on the wire.
std::span<const TxFlag> allTxFlags();

/// What locks an output: the bytes of its scriptPubKey. Its address, where it has one, comes from addressOf().
using Script = std::vector<std::uint8_t>;

struct TransactionOutput {
    Satoshi value;
    Script script;
};

struct SpentOutput;

/// A transaction in a block, as far as it is told further.
struct ConfirmedTransaction {
    TxId txid;
    Satoshi value;   ///< sum of the outputs
    Script payee;    ///< of the first output that can be spent; empty: none
    Weight weight{}; ///< 0: not known
};
using ConfirmedTransactions = std::shared_ptr<const std::vector<ConfirmedTransaction>>;

/// A transaction of the mempool as the node describes it (getmempoolentry).
struct MempoolEntry {
    TxId txid;
    WtxId wtxid;
    Satoshi fee;
    Satoshi modifiedFee; ///< fee plus the deltas of prioritisetransaction
    VBytes vsize;        ///< the node's word: sigop-adjusted where that is larger
    Weight weight;
    std::int64_t time = 0; ///< Unix seconds of its entry into the node's mempool
    /// Only known where the raw transaction was seen; -1 otherwise.
    Satoshi value{-1}; ///< sum of the outputs
    std::int32_t inputs = -1;
    std::int32_t outputs = -1;
    std::uint16_t flags = 0;
    std::vector<TxId> parents;  ///< those in the mempool (getmempoolentry "depends")
    std::vector<TxId> children; ///< those in the mempool that spend it already ("spentby"): it came back in a reorg
    /// Only while the transaction is announced (TransactionsSeen), and only where the raw transaction was seen; else null. Not kept.
    std::shared_ptr<const std::vector<TransactionOutput>> paysTo{};
    /// The same of what it spends, and only while somebody watches scripts (ChainStore::watchesScripts()); else null. Not kept.
    std::shared_ptr<const std::vector<SpentOutput>> spends{};
    std::vector<Script> spendsFrom; ///< watched scripts that it spends from, as far as can be told (ScriptWatch). Not kept.
    std::vector<TxId> replaces;     ///< what left because it spends the same outputs, as far as we saw it leave

    Feerate feerate() const { return feerateOf(fee, vsize); }
    bool has(TxFlag flag) const { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
    void set(TxFlag flag) { flags = static_cast<std::uint16_t>(flags | static_cast<std::uint16_t>(flag)); }
};

/// What prioritisetransaction has added to the fee of a transaction, when blocks are filled.
struct FeeDelta {
    TxId txid;
    Satoshi delta; ///< may be below 0
};

/// Why a transaction left the mempool, as far as the node's words allow to tell.
enum class RemovalReason { Mined, Replaced, Conflict, Evicted, Expired, Reorg, Unknown };

/// The wire's word for @p reason, e.g. "mined".
std::string_view reasonName(RemovalReason reason);

} // namespace tipwatch
