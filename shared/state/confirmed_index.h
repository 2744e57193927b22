// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace tipwatch {

/// In which of the latest blocks a transaction is, in eight bytes for each: only the front of a txid is kept, so that a foreign one is taken for
/// one of 400,000 with a chance of one in 4 · 10^13; the node is asked for the transaction in that block all the same. Not thread-safe.
class ConfirmedIndex {
public:
    explicit ConfirmedIndex(std::size_t blocks) : m_most(blocks) {}

    /// On top of the others.
    void connect(const BlockHash &block, std::span<const TxId> txids);
    void disconnect(const BlockHash &block);

    std::optional<BlockHash> find(const TxId &txid) const;

private:
    struct Block {
        BlockHash hash;
        std::vector<std::uint64_t> fronts; ///< sorted
    };
    std::size_t m_most;
    std::deque<Block> m_blocks; ///< newest first
};

} // namespace tipwatch
