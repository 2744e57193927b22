// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_event.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace tipwatch {

/// The two branches of a reorg while it happens: which blocks the chain lost and which it got in their place. However deep it goes, no more than
/// `most` blocks of a branch are held.
class PendingReorg {
public:
    static constexpr std::size_t most = 2016; ///< blocks of a branch
    static constexpr std::size_t told = 144;  ///< blocks of a branch that the announcement lists

    /// The tip was taken back.
    void disconnected(const BlockPtr &block, std::int64_t heardAt);
    /// A block was put on. @return whether the new branch has reached the height of the old one: then it is over.
    bool connected(const BlockPtr &block);
    bool isUnderWay() const { return !m_disconnected.empty(); }

    /// What to announce, and begins anew. Nothing if the chain is as it was before.
    std::optional<ChainReorganised> finish();
    std::int64_t heardAt() const { return m_heardAt; }

private:
    std::deque<BlockPtr> m_disconnected; ///< tip first
    std::deque<BlockPtr> m_connected;    ///< upwards
    std::size_t m_forgotten = 0;         ///< blocks next to the old tip that are not held any more
    Height m_oldTip = unknownHeight;
    std::int64_t m_heardAt = 0;
};

} // namespace tipwatch
