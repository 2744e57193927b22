// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_book.h"

namespace tipwatch {

void BlockBook::add(DecodedBlockPtr block)
{
    const BlockHash hash = block->hash;
    addParent(hash, block->previousHash);
    const std::size_t bytes = block->memory();
    if (!m_blocks.emplace(hash, std::move(block)).second)
        return;
    m_blockOrder.push_back(hash);
    m_bytes += bytes;
    while (m_blockOrder.size() > 1 && (m_bytes > keptBytes || m_blockOrder.size() > keptParents)) {
        const auto oldest = m_blocks.find(m_blockOrder.front());
        m_bytes -= oldest->second->memory();
        m_blocks.erase(oldest);
        m_blockOrder.pop_front();
    }
}

void BlockBook::addParent(const BlockHash &hash, const BlockHash &parent)
{
    if (!m_parents.emplace(hash, parent).second)
        return;
    m_parentOrder.push_back(hash);
    if (m_parentOrder.size() > keptParents) {
        m_parents.erase(m_parentOrder.front());
        m_parentOrder.pop_front();
    }
}

DecodedBlockPtr BlockBook::find(const BlockHash &hash) const
{
    const auto it = m_blocks.find(hash);
    return it == m_blocks.end() ? nullptr : it->second;
}

std::optional<BlockHash> BlockBook::parentOf(const BlockHash &hash) const
{
    const auto it = m_parents.find(hash);
    return it == m_parents.end() ? std::nullopt : std::optional(it->second);
}

} // namespace tipwatch
