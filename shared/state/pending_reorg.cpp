// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/pending_reorg.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

void PendingReorg::disconnected(const BlockPtr &block, std::int64_t heardAt)
{
    m_heardAt = heardAt;
    if (!m_connected.empty() && m_connected.back()->hash == block->hash) {
        m_connected.pop_back();
        return;
    }
    m_oldTip = std::max(m_oldTip, block->height);
    m_disconnected.push_back(block);
    if (m_disconnected.size() > most) {
        m_disconnected.pop_front();
        ++m_forgotten;
    }
}

bool PendingReorg::connected(const BlockPtr &block)
{
    if (!isUnderWay())
        return false;
    m_connected.push_back(block);
    return block->height >= m_oldTip || m_connected.size() >= most;
}

std::optional<ChainReorganised> PendingReorg::finish()
{
    PendingReorg over = std::exchange(*this, {});
    std::deque<BlockPtr> &lost = over.m_disconnected, &got = over.m_connected;
    // Taken back and put on again (reconsiderblock, an attempt that failed): only where the branches differ counts.
    while (!lost.empty() && !got.empty() && lost.back()->hash == got.front()->hash) {
        lost.pop_back();
        got.pop_front();
    }
    if (lost.empty())
        return std::nullopt;
    ChainReorganised reorg;
    reorg.fork = Height(lost.back()->height.value - 1);
    reorg.depth = static_cast<std::int32_t>(lost.size() + over.m_forgotten);
    reorg.disconnected.assign(lost.begin(), lost.begin() + static_cast<std::ptrdiff_t>(std::min(told, lost.size())));
    reorg.connected.assign(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(std::min(told, got.size())));
    return reorg;
}

} // namespace tipwatch
