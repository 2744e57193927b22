// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/confirmed_index.h"

#include <algorithm>

namespace tipwatch {

void ConfirmedIndex::connect(const BlockHash &block, std::span<const TxId> txids)
{
    Block added{block, {}};
    added.fronts.reserve(txids.size());
    for (const TxId &txid : txids)
        added.fronts.push_back(HashOfHash256()(txid));
    std::sort(added.fronts.begin(), added.fronts.end());
    m_blocks.push_front(std::move(added));
    if (m_blocks.size() > m_most)
        m_blocks.pop_back();
}

void ConfirmedIndex::disconnect(const BlockHash &block)
{
    std::erase_if(m_blocks, [&](const Block &known) { return known.hash == block; });
}

std::optional<BlockHash> ConfirmedIndex::find(const TxId &txid) const
{
    const std::uint64_t front = HashOfHash256()(txid);
    const auto found = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const Block &block) {
        return std::binary_search(block.fronts.begin(), block.fronts.end(), front);
    });
    return found == m_blocks.end() ? std::nullopt : std::optional(found->hash);
}

} // namespace tipwatch
