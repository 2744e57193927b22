// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tipwatch {

/// How a network sets its difficulty and its subsidy (Bitcoin Core, kernel/chainparams.cpp).
struct ConsensusRules {
    std::int32_t halvingInterval = 210'000;   ///< blocks
    std::int32_t retargetInterval = 2'016;    ///< blocks; the difficulty is the same in all of a period
    std::int64_t targetSpacing = 600;         ///< seconds
    std::uint32_t easiestBits = 0x1d00ffff;   ///< compact form of the highest target
    bool retargets = true;                    ///< false: the difficulty never changes
    bool allowsEasiest = false;               ///< a block that comes 20 minutes late may have the easiest target (the testnets)
    bool keepsDifficultyOfFirstBlock = false; ///< BIP 94: what such blocks claim does not carry over into the next period
    friend bool operator==(const ConsensusRules &, const ConsensusRules &) = default;

    std::int64_t targetTimespan() const { return targetSpacing * retargetInterval; }
};

/// @p network as SourceStatus names it ("main", "test", "testnet4", "signet", "regtest"); one that is unknown has the rules of main.
ConsensusRules consensusRules(std::string_view network);

/// As much of a header as the difficulty depends on.
struct DifficultyHeader {
    Height height = unknownHeight;
    std::int64_t time = 0; ///< Unix seconds
    std::uint32_t bits = 0;
};

/// The bits of the period behind one that begins with @p first and ends with @p last (Bitcoin Core, CalculateNextWorkRequired: the time between
/// these two, 2,015 blocks apart, counts for the 2,016).
std::uint32_t nextPeriodBits(const ConsensusRules &rules, const DifficultyHeader &first, const DifficultyHeader &last);

/// What has to be known of a chain to say how its difficulty goes on.
struct DifficultyFacts {
    DifficultyHeader tip;
    std::uint32_t bits = 0; ///< of the period, as far as is known: the tip's, if that is not one of the easiest that come late
    std::optional<DifficultyHeader> first;       ///< block of the tip's period
    std::optional<DifficultyHeader> firstBefore; ///< block of the period before
};

/// Where the chain stands between two changes of the difficulty, and of the subsidy. Changes are in percent, times in Unix seconds.
struct DifficultyProgress {
    Height height = unknownHeight; ///< of the tip; unknown: nothing is known yet
    double difficulty = 0;         ///< of the period
    bool retargets = true;         ///< false: there are no periods, and nothing of what follows but the halving

    Height periodStart = unknownHeight;
    Height retargetHeight = unknownHeight;    ///< first block of the next period
    std::int32_t blocksLeft = 0;              ///< until it, itself included: 1 to 2,016
    double progress = 0;                      ///< 0 to 1
    std::optional<double> averageBlockTime;   ///< seconds, in this period so far
    std::optional<double> estimatedChange;    ///< certain once one block is left
    std::optional<std::int64_t> retargetTime; ///< estimated time of that block
    std::optional<double> previousChange;     ///< from the period before to this one

    Height halvingHeight = unknownHeight;    ///< first block with the lower subsidy; unknown: there is no subsidy any more
    std::int32_t halvingBlocksLeft = 0;      ///< until it, itself included
    std::optional<std::int64_t> halvingTime; ///< estimated
    Satoshi subsidy;                         ///< of the tip
    Satoshi subsidyAfter;
    friend bool operator==(const DifficultyProgress &, const DifficultyProgress &) = default;

    bool isKnown() const { return height != unknownHeight; }
};

/// The blocks to come are expected at the target's pace at first, and ever more at that of the period so far.
DifficultyProgress difficultyProgress(const ConsensusRules &rules, const DifficultyFacts &facts);

} // namespace tipwatch
