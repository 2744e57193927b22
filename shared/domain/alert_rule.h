// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert.h"
#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tipwatch {

/// What a rule can watch for. Those that say "lasts" raise an alert that is cleared when it is over; the others tell of a moment.
namespace watch {

struct NewBlock {
    friend bool operator==(const NewBlock &, const NewBlock &) = default;
};
/// No block for so long that it would happen by chance less often than `probability`: exp(-time / interval), blocks being a Poisson
/// process. Lasts.
struct BlockLate {
    double probability = 0.001;
    std::chrono::milliseconds interval{0}; ///< between blocks, on average; 0: what the network aims at, and none on regtest
    friend bool operator==(const BlockLate &, const BlockLate &) = default;
};
struct Reorg {
    std::int32_t depth = 1; ///< blocks taken back, at least
    friend bool operator==(const Reorg &, const Reorg &) = default;
};
/// What the next block asks for. Lasts, until it is `hysteresis` (a share of the threshold) below.
struct FeerateAbove {
    Feerate feerate{50};
    double hysteresis = 0.1;
    friend bool operator==(const FeerateAbove &, const FeerateAbove &) = default;
};
struct FeerateBelow {
    Feerate feerate{2};
    double hysteresis = 0.1;
    friend bool operator==(const FeerateBelow &, const FeerateBelow &) = default;
};
/// Either of them is reached. Lasts.
struct MempoolSize {
    double usage = 0.95; ///< of the memory that the node gives it, 0 to 1; 0: not watched
    VBytes vsize{0};     ///< 0: not watched
    double hysteresis = 0.1;
    friend bool operator==(const MempoolSize &, const MempoolSize &) = default;
};
/// Enters the mempool with outputs of so much together, what returns to the payer included.
struct LargeTransaction {
    Satoshi value{1000 * std::int64_t{100'000'000}};
    friend bool operator==(const LargeTransaction &, const LargeTransaction &) = default;
};
/// Each step in the life of one: seen, replaced, evicted, confirmed, ...
struct Transaction {
    TxId txid;
    friend bool operator==(const Transaction &, const Transaction &) = default;
};
/// Something pays to it: seen, and confirmed.
struct Address {
    std::string address; ///< or a script in hex
    friend bool operator==(const Address &, const Address &) = default;
};
/// A text in OP_RETURN of a transaction that enters the mempool, or in a block's coinbase. Letters of ASCII in either case.
struct EntityMention {
    std::string text;
    bool inOpReturn = true;
    bool inCoinbase = true;
    friend bool operator==(const EntityMention &, const EntityMention &) = default;
};
/// It cannot be reached, or does not let us in. Lasts.
struct NodeDown {
    friend bool operator==(const NodeDown &, const NodeDown &) = default;
};
/// It has the headers of so many blocks that it has not connected yet. Lasts.
struct NodeBehind {
    std::int32_t blocks = 3;
    friend bool operator==(const NodeBehind &, const NodeBehind &) = default;
};
/// It has fewer. Lasts.
struct FewPeers {
    std::int32_t peers = 4;
    friend bool operator==(const FewPeers &, const FewPeers &) = default;
};
/// Our view of the mempool had to be built anew.
struct Resync {
    friend bool operator==(const Resync &, const Resync &) = default;
};
/// Our view was proven equal to the node's, and is not any more. Lasts.
struct ExactnessLost {
    friend bool operator==(const ExactnessLost &, const ExactnessLost &) = default;
};

using Anything = std::variant<NewBlock, BlockLate, Reorg, FeerateAbove, FeerateBelow, MempoolSize, LargeTransaction, Transaction,
                              Address, EntityMention, NodeDown, NodeBehind, FewPeers, Resync, ExactnessLost>;

} // namespace watch

/// What is watched for, and what becomes of it.
struct AlertRule {
    static constexpr std::size_t most = 500; ///< rules at a time

    std::string name; ///< unique among the rules
    watch::Anything watches;
    AlertSeverity severity = AlertSeverity::Info;
    bool enabled = true;
    bool webhook = true; ///< delivered there, if there is one
    bool ntfy = true;    ///< delivered there, if there is one
    /// What lasts is raised once it has held so long, and cleared once it has been over so long.
    std::chrono::milliseconds hold{0};
    /// After it is cleared, or after a moment was told, nothing for so long; what is passed over is counted.
    std::chrono::milliseconds cooldown{0};

    /// The word for what it watches for, e.g. "block_late".
    std::string_view type() const;
    /// Whether its alert holds until it is cleared.
    bool lasts() const;
    friend bool operator==(const AlertRule &, const AlertRule &) = default;
};

/// The words for what a rule can watch for, in the order of watch::Anything.
std::span<const std::string_view> alertTypes();

/// A rule of @p type, one of alertTypes(), with its usual thresholds; it is named after its type. What has no usual value (the txid, address
/// or text) is empty.
AlertRule usualRule(std::string_view type);

/// What is watched for if nobody says anything.
std::vector<AlertRule> standardRules();

} // namespace tipwatch
