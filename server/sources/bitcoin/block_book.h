// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_decoder.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

namespace tipwatch {

using DecodedBlockPtr = std::shared_ptr<const DecodedBlock>;

/// Blocks lately heard of, on the active chain or not: what the C and D of the stream refer to by hash alone.
/// Bounded: the oldest are forgotten.
class BlockBook {
public:
    static constexpr std::size_t keptBytes = 10'000'000; ///< of their transactions: a few dozen full blocks, or many small ones
    static constexpr std::size_t keptParents = 2'000;    ///< hash and parent only; not more blocks than that are kept either

    void add(DecodedBlockPtr block);
    /// For blocks of which no more is needed than where they stand.
    void addParent(const BlockHash &hash, const BlockHash &parent);

    /// @return null if it is not there (any more).
    DecodedBlockPtr find(const BlockHash &hash) const;
    bool contains(const BlockHash &hash) const { return m_blocks.contains(hash); }
    std::optional<BlockHash> parentOf(const BlockHash &hash) const;

private:
    std::unordered_map<BlockHash, DecodedBlockPtr, HashOfHash256> m_blocks;
    std::deque<BlockHash> m_blockOrder;
    std::size_t m_bytes = 0; ///< of all of them
    std::unordered_map<BlockHash, BlockHash, HashOfHash256> m_parents;
    std::deque<BlockHash> m_parentOrder;
};

} // namespace tipwatch
