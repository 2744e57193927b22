// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/fee_tiers.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

constexpr std::array<std::size_t, FeeTiers::count> blockOfTier{0, 1, 2, ProjectedBlocks::most - 1};

constexpr double halfFull = 0.5;    // of a block: up to here anything gets in
constexpr double nearlyFull = 0.95; // from here on it competes with what comes

double feerateFor(const ProjectedBlocks &projection, std::size_t index, std::int64_t capacity, double floor)
{
    if (index >= projection.blocks.size())
        return floor;
    const ProjectedBlock &block = projection.blocks[index];
    const double filled = static_cast<double>(block.weight.value) / static_cast<double>(capacity);
    const double share = std::clamp((filled - halfFull) / (nearlyFull - halfFull), 0.0, 1.0);
    return std::max(floor, floor + share * (block.medianFeerate().value - floor));
}

/// To three digits, and to what the wire tells.
double roundedUp(double feerate)
{
    if (feerate <= 0)
        return 0;
    const double steps = std::max(std::pow(10, 2 - std::floor(std::log10(feerate))), 1.0); // steps in 1 sat/vB
    const double perUnit = std::min(steps, 1000.0);
    constexpr double noise = 1e-6; // of binary fractions
    return std::ceil(feerate * perUnit - noise) / perUnit;
}

} // namespace

void FeeTiers::update(const ProjectedBlocks &blocks, const BlockFilling &filling, Feerate floor, std::int64_t nowMs)
{
    const std::int64_t capacity = std::max<std::int64_t>(filling.maxWeight - filling.reservedWeight, 1);
    const double least = std::max(floor.value, filling.minFeerate);
    double above = 0;
    for (std::size_t tier = 0; tier < count; ++tier) {
        double feerate = roundedUp(feerateFor(blocks, blockOfTier[tier], capacity, least));
        if (tier > 0)
            feerate = std::min(feerate, above);
        above = feerate;
        std::deque<Need> &needs = m_needs[tier];
        if (!needs.empty() && needs.back().untilMs == now) {
            if (needs.back().feerate == feerate)
                continue;
            needs.back().untilMs = nowMs;
        }
        while (!needs.empty() && needs.back().feerate <= feerate)
            needs.pop_back();
        needs.push_back({feerate});
    }
}

std::optional<FeeTiers::Tiers> FeeTiers::at(std::int64_t nowMs)
{
    if (m_needs.front().empty())
        return std::nullopt;
    Tiers tiers;
    for (std::size_t tier = 0; tier < count; ++tier) {
        std::deque<Need> &needs = m_needs[tier];
        while (needs.front().untilMs != now && needs.front().untilMs + holdMs <= nowMs)
            needs.pop_front();
        tiers[tier] = Feerate(needs.front().feerate);
    }
    return tiers;
}

std::optional<std::int64_t> FeeTiers::changesAt() const
{
    std::optional<std::int64_t> next;
    for (const std::deque<Need> &needs : m_needs) {
        if (needs.size() > 1)
            next = std::min(next.value_or(needs.front().untilMs + holdMs), needs.front().untilMs + holdMs);
    }
    return next;
}

} // namespace tipwatch
