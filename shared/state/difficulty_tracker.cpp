// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/difficulty_tracker.h"

#include <algorithm>

namespace tipwatch {

namespace {

DifficultyHeader headerOf(const BlockSummary &block)
{
    return {block.height, block.time, block.bits};
}

} // namespace

void DifficultyTracker::setNetwork(std::string_view network)
{
    if (m_network == network)
        return;
    m_network = network;
    m_rules = consensusRules(network);
    m_firsts.clear();
}

void DifficultyTracker::learn(const DifficultyHeader &header)
{
    if (!m_rules.retargets || header.height.value < 0 || header.height.value % m_rules.retargetInterval != 0)
        return;
    m_firsts[header.height.value] = header;
    if (m_firsts.size() > kept)
        m_firsts.erase(m_firsts.begin());
}

void DifficultyTracker::forgetFrom(Height height)
{
    m_firsts.erase(m_firsts.lower_bound(height.value), m_firsts.end());
}

std::vector<Height> DifficultyTracker::needed(const Blocks &blocks) const
{
    std::vector<Height> heights;
    if (blocks.empty() || !m_rules.retargets)
        return heights;
    const std::int32_t first = blocks.front()->height.value / m_rules.retargetInterval * m_rules.retargetInterval;
    heights.emplace_back(first);
    if (first > 0)
        heights.emplace_back(first - m_rules.retargetInterval);
    return heights;
}

std::vector<Height> DifficultyTracker::wanted(const Blocks &blocks) const
{
    std::vector<Height> heights = needed(blocks);
    std::erase_if(heights, [&](Height height) { return find(blocks, height).has_value(); });
    return heights;
}

std::optional<DifficultyHeader> DifficultyTracker::find(const Blocks &blocks, Height height) const
{
    const auto depth = static_cast<std::size_t>(blocks.front()->height.value - height.value);
    if (depth < blocks.size())
        return headerOf(*blocks[depth]);
    const auto found = m_firsts.find(height.value);
    return found == m_firsts.end() ? std::nullopt : std::optional(found->second);
}

/// On the testnets the tip may be one of the easiest that come late; then the period's bits are those of the last one that is not (Bitcoin Core,
/// GetNextWorkRequired), or of the first: what is between them and further back than our blocks does not matter to anybody.
std::uint32_t DifficultyTracker::periodBits(const Blocks &blocks) const
{
    const BlockSummary &tip = *blocks.front();
    if (!m_rules.allowsEasiest || !m_rules.retargets)
        return tip.bits;
    for (const BlockPtr &block : blocks) {
        if (block->bits != m_rules.easiestBits || block->height.value % m_rules.retargetInterval == 0)
            return block->bits;
    }
    const auto first = find(blocks, needed(blocks).front());
    return first ? first->bits : tip.bits;
}

DifficultyProgress DifficultyTracker::progress(const Blocks &blocks) const
{
    if (blocks.empty() || m_network.empty())
        return {};
    DifficultyFacts facts{headerOf(*blocks.front()), periodBits(blocks), std::nullopt, std::nullopt};
    const std::vector<Height> heights = needed(blocks);
    if (!heights.empty())
        facts.first = find(blocks, heights[0]);
    if (heights.size() > 1)
        facts.firstBefore = find(blocks, heights[1]);
    return difficultyProgress(m_rules, facts);
}

} // namespace tipwatch
