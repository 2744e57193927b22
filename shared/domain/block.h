// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// Feerates at 0, 10, 25, 50, 75, 90 and 100 percent of a block's weight.
using FeerateRange = std::array<Feerate, 7>;

/// How a block differs from what it was expected to be: from the first projected block as it was when the block came. In transactions, without
/// the coinbase.
struct BlockMatch {
    static constexpr std::size_t listed = 16;

    double rate = 100;                 ///< percent: weight of what was expected and mined, of that and what is missing
    std::int32_t expected = 0;         ///< in the projected block
    std::int32_t missing = 0;          ///< expected, not mined, and nothing excuses that
    std::int32_t fresh = 0;            ///< expected, not mined, but it came so late that miners may not have had it
    std::int32_t displaced = 0;        ///< expected, not mined, but among the cheapest, for which others left no room
    std::int32_t unexpected = 0;       ///< mined, not expected
    std::int32_t unseen = 0;           ///< of these, not in our mempool
    std::int32_t prioritised = 0;      ///< of these, paying far too little to be mined for that
    std::vector<TxId> firstMissing;    ///< the first `listed` of them, what pays most first
    std::vector<TxId> firstUnexpected; ///< the first `listed` of them in the block's order
    friend bool operator==(const BlockMatch &, const BlockMatch &) = default;
};

/// A block as it is shown: everything but its transactions. Immutable once published.
struct BlockSummary {
    Height height = unknownHeight;
    BlockHash hash;
    BlockHash previousHash;
    std::int64_t time = 0;       ///< of the header, Unix seconds
    std::int64_t medianTime = 0; ///< median of the last eleven header times (BIP 113); 0 is unknown
    std::int64_t receivedAt = 0; ///< Unix ms at which we heard of it; 0 for blocks that were there before us
    std::uint32_t bits = 0;      ///< compact target
    std::uint32_t version = 0;
    std::int64_t size = 0; ///< bytes, witness included
    Weight weight;
    std::int32_t txCount = 0; ///< coinbase included
    Satoshi subsidy;
    std::optional<Satoshi> totalFees;         ///< claimed by the coinbase above the subsidy
    std::optional<FeerateRange> feerateRange; ///< absent where too few fees are known, and in empty blocks
    std::string miner;                        ///< pool name, or empty
    std::string coinbaseTag;                  ///< printable text of the coinbase input (UTF-8)
    std::string chainwork;                    ///< hex, 64 digits; empty is unknown
    std::optional<BlockMatch> match{};        ///< absent if the mempool was not known well enough when it came

    friend bool operator==(const BlockSummary &, const BlockSummary &) = default;

    std::optional<Feerate> medianFeerate() const { return feerateRange ? std::optional((*feerateRange)[3]) : std::nullopt; }
};

/// The active chain's head and what the node says of it.
struct Tip {
    Height height = unknownHeight;
    BlockHash hash;
    BlockHash previousHash;
    std::int64_t time = 0;       ///< Unix seconds
    std::int64_t medianTime = 0; ///< Unix seconds
    std::int64_t receivedAt = 0; ///< Unix ms; 0 if it was there before us
    double difficulty = 0;
    std::string chainwork;          ///< hex
    Height headers = unknownHeight; ///< best header the node knows
    bool initialBlockDownload = false;
    double verificationProgress = 1; ///< 0 to 1
    BlockHash finalizedHash;         ///< Ethereum only
    Height finalizedHeight = unknownHeight;

    bool isKnown() const { return height != unknownHeight; }
};

/// Difficulty of a compact target, relative to that of the first block (Bitcoin Core, GetDifficulty).
double difficultyOf(std::uint32_t bits);

/// @p chainwork (hex) plus the expected hashes of one block at @p bits: 2^256 / (target + 1).
std::string addWork(const std::string &chainwork, std::uint32_t bits);

/// New coins of a block (Bitcoin Core, GetBlockSubsidy). @p halvingInterval is 210,000, on regtest 150.
Satoshi subsidyAt(Height height, std::int32_t halvingInterval);

} // namespace tipwatch
