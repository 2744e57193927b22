// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/store_view.h"

#include "server/sources/bitcoin/block_summary.h"

namespace tipwatch {

std::size_t StoreView::connect(const BlockHash &hash)
{
    const DecodedBlockPtr block = m_link.book.find(hash);
    if (!block)
        return 0; // the owner sees to it that the block is there; if not, the numbers will not add up
    const Height height(m_link.store.snapshot()->tip.height.value + 1);
    return m_link.store.connectBlock(connectedBlock(*block, height, m_link.halvingInterval, m_heardAt), m_heardAt).value_or(0);
}

} // namespace tipwatch
