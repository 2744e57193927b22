// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/block_archive.h"

#include <algorithm>

namespace tipwatch {

void BlockArchive::add(const BlockHash &hash, BlockContents contents)
{
    const std::lock_guard lock(m_mutex);
    if (m_contents.contains(hash))
        return; // it was here before it became stale, when the mempool was as its miner's
    m_bytes += contents.memory();
    m_contents.emplace(hash, std::make_shared<const BlockContents>(std::move(contents)));
    m_order.push_back(hash);
    trim();
}

void BlockArchive::trim()
{
    while (m_order.size() > keptContents) {
        const auto oldest = m_contents.find(m_order.front());
        m_bytes -= oldest->second->memory();
        m_contents.erase(oldest);
        m_order.pop_front();
    }
    for (auto hash = m_order.begin(); m_bytes > keptBytes && hash + 1 != m_order.end(); ++hash) {
        BlockContentsPtr &contents = m_contents[*hash];
        if (contents->memory() == 0)
            continue;
        m_bytes -= contents->memory();
        BlockContents figures;
        figures.histogram = contents->histogram;
        figures.unknownVsize = contents->unknownVsize;
        figures.expectedWeight = contents->expectedWeight;
        figures.matchedWeight = contents->matchedWeight;
        contents = std::make_shared<const BlockContents>(std::move(figures));
    }
}

void BlockArchive::setStale(const BlockPtr &block, std::int64_t now)
{
    const std::lock_guard lock(m_mutex);
    m_stale.push_front({block, now});
    if (m_stale.size() > keptStale)
        m_stale.pop_back();
}

void BlockArchive::setActive(const BlockHash &hash)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_stale, [&](const StaleBlock &stale) { return stale.block->hash == hash; });
}

void BlockArchive::addReorg(ReorgPtr reorg)
{
    const std::lock_guard lock(m_mutex);
    m_reorgs.push_front(std::move(reorg));
    if (m_reorgs.size() > keptReorgs)
        m_reorgs.pop_back();
}

BlockContentsPtr BlockArchive::find(const BlockHash &hash) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_contents.find(hash);
    return found == m_contents.end() ? nullptr : found->second;
}

std::optional<StaleBlock> BlockArchive::findStale(const BlockHash &hash) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_stale, hash, [](const StaleBlock &stale) { return stale.block->hash; });
    return found == m_stale.end() ? std::nullopt : std::optional(*found);
}

std::vector<StaleBlock> BlockArchive::stale() const
{
    const std::lock_guard lock(m_mutex);
    return {m_stale.begin(), m_stale.end()};
}

std::vector<ReorgPtr> BlockArchive::reorgs() const
{
    const std::lock_guard lock(m_mutex);
    return {m_reorgs.begin(), m_reorgs.end()};
}

std::size_t BlockArchive::memory() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

} // namespace tipwatch
