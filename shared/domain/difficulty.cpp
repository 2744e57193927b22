// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/difficulty.h"

#include "shared/domain/block.h"
#include "shared/domain/compact_target.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

constexpr std::int64_t largestStep = 4; // the difficulty changes by no more than this factor
constexpr double blocksOfDoubt = 144;   // of the target's pace that the measured pace has to outweigh: one day

double changeInPercent(std::uint32_t before, std::uint32_t after)
{
    const double was = difficultyOf(before);
    return was > 0 ? (difficultyOf(after) / was - 1) * 100 : 0;
}

/// Seconds that a block of this period is expected to take, @p blocks of which took @p elapsed seconds.
double expectedSpacing(const ConsensusRules &rules, std::int64_t elapsed, std::int32_t blocks)
{
    const double known = static_cast<double>(std::max<std::int64_t>(elapsed, 0));
    return (known + blocksOfDoubt * static_cast<double>(rules.targetSpacing)) / (static_cast<double>(blocks) + blocksOfDoubt);
}

void addPeriod(DifficultyProgress &progress, const ConsensusRules &rules, const DifficultyFacts &facts)
{
    const std::int32_t done = facts.tip.height.value % rules.retargetInterval; // blocks behind the first one
    progress.periodStart = Height(facts.tip.height.value - done);
    progress.retargetHeight = progress.periodStart + Height(rules.retargetInterval);
    progress.blocksLeft = rules.retargetInterval - done;
    progress.progress = static_cast<double>(done) / rules.retargetInterval;
    if (!facts.first)
        return;

    const DifficultyHeader &first = *facts.first;
    const std::int64_t elapsed = facts.tip.time - first.time;
    const double spacing = expectedSpacing(rules, elapsed, done);
    if (done > 0)
        progress.averageBlockTime = static_cast<double>(elapsed) / done;
    DifficultyHeader last = facts.tip;
    last.height = progress.retargetHeight - Height(1);
    last.time += std::llround(spacing * (progress.blocksLeft - 1));
    if (progress.blocksLeft > 1)
        last.bits = facts.bits; // that it will be one of the easiest is not to be expected
    progress.estimatedChange = changeInPercent(facts.bits, nextPeriodBits(rules, first, last));
    progress.retargetTime = facts.tip.time + std::llround(spacing * progress.blocksLeft);
    if (facts.firstBefore)
        progress.previousChange = changeInPercent(facts.firstBefore->bits, first.bits);
}

void addHalving(DifficultyProgress &progress, const ConsensusRules &rules, const DifficultyHeader &tip)
{
    progress.subsidy = subsidyAt(progress.height, rules.halvingInterval);
    if (progress.subsidy == Satoshi(0))
        return;
    const std::int64_t next = (std::int64_t{progress.height.value} / rules.halvingInterval + 1) * rules.halvingInterval;
    progress.halvingHeight = Height(static_cast<std::int32_t>(next));
    progress.halvingBlocksLeft = progress.halvingHeight.value - progress.height.value;
    progress.subsidyAfter = subsidyAt(progress.halvingHeight, rules.halvingInterval);
    if (!progress.retargetTime)
        return;
    // As fast as now until the retarget, which corrects that.
    const double spacing = static_cast<double>(*progress.retargetTime - tip.time) / progress.blocksLeft;
    const std::int32_t soon = std::min(progress.halvingBlocksLeft, progress.blocksLeft);
    progress.halvingTime = tip.time + std::llround(spacing * soon) + (progress.halvingBlocksLeft - soon) * rules.targetSpacing;
}

} // namespace

ConsensusRules consensusRules(std::string_view network)
{
    ConsensusRules rules;
    if (network == "test" || network == "testnet4")
        rules.allowsEasiest = true;
    if (network == "testnet4")
        rules.keepsDifficultyOfFirstBlock = true;
    if (network == "signet")
        rules.easiestBits = 0x1e0377ae;
    if (network == "regtest") {
        rules.halvingInterval = 150;
        rules.retargetInterval = 144;
        rules.easiestBits = 0x207fffff;
        rules.retargets = false;
        rules.allowsEasiest = true;
    }
    return rules;
}

std::uint32_t nextPeriodBits(const ConsensusRules &rules, const DifficultyHeader &first, const DifficultyHeader &last)
{
    if (!rules.retargets)
        return last.bits;
    const std::int64_t timespan = rules.targetTimespan();
    const std::int64_t took = std::clamp(last.time - first.time, timespan / largestStep, timespan * largestStep);
    const auto before = targetOf(rules.keepsDifficultyOfFirstBlock ? first.bits : last.bits);
    const Target easiest = *targetOf(rules.easiestBits);
    if (!before)
        return last.bits;
    return bitsOf(std::min<Target>(*before * static_cast<std::uint64_t>(took) / static_cast<std::uint64_t>(timespan), easiest));
}

DifficultyProgress difficultyProgress(const ConsensusRules &rules, const DifficultyFacts &facts)
{
    DifficultyProgress progress;
    if (facts.tip.height == unknownHeight)
        return progress;
    progress.height = facts.tip.height;
    progress.difficulty = difficultyOf(facts.bits);
    progress.retargets = rules.retargets;
    if (rules.retargets)
        addPeriod(progress, rules, facts);
    addHalving(progress, rules, facts.tip);
    return progress;
}

} // namespace tipwatch
