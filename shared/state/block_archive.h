// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/mempool/mined_transaction.h"
#include "shared/state/chain_event.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tipwatch {

using BlockContentsPtr = std::shared_ptr<const BlockContents>;
using ReorgPtr = std::shared_ptr<const ChainReorganised>;

/// What happened to a block that is not on the active chain any more.
struct StaleBlock {
    BlockPtr block;
    std::int64_t staleSince = 0; ///< Unix ms
};

/// What is kept of blocks besides their summaries on the active chain: contents, blocks that became stale, reorgs. Bounded in numbers and in
/// bytes: the oldest contents lose their lists, then are forgotten. Written on the backend thread, read on any.
class BlockArchive {
public:
    static constexpr std::size_t keptContents = 176; ///< blocks: a day's and the stale ones
    static constexpr std::size_t keptBytes =
        24'000'000;                              ///< of all lists of transactions: those of the latest 100 full blocks, about
    static constexpr std::size_t keptStale = 32; ///< blocks
    static constexpr std::size_t keptReorgs = 16;

    void add(const BlockHash &hash, BlockContents contents);
    /// The block left the active chain.
    void setStale(const BlockPtr &block, std::int64_t now);
    /// It is on the active chain (again).
    void setActive(const BlockHash &hash);
    void addReorg(ReorgPtr reorg);

    /// @return null if nothing is known.
    BlockContentsPtr find(const BlockHash &hash) const;
    std::optional<StaleBlock> findStale(const BlockHash &hash) const;
    /// Latest first.
    std::vector<StaleBlock> stale() const;
    std::vector<ReorgPtr> reorgs() const;
    /// Bytes that the lists take, about.
    std::size_t memory() const;

private:
    void trim();

    mutable std::mutex m_mutex;
    std::unordered_map<BlockHash, BlockContentsPtr, HashOfHash256> m_contents;
    std::deque<BlockHash> m_order; ///< oldest first
    std::size_t m_bytes = 0;
    std::deque<StaleBlock> m_stale; ///< latest first
    std::deque<ReorgPtr> m_reorgs;  ///< latest first
};

} // namespace tipwatch
