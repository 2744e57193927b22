// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_book.h"
#include "server/sources/bitcoin/mempool_tracker.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tipwatch {

/// The recording of a real node in tests/fixtures/bitcoin-core-31, as values. What it holds is told in the README.md there.
struct Recording {
    struct Sequence {
        SequenceMessage message;
        std::uint32_t counter = 0;
    };
    struct TruthMark {
        std::size_t index; ///< into truths
    };
    struct SnapshotMark {
        std::size_t index; ///< into snapshots
    };
    struct SessionStart {
        int session;
    };
    using Event = std::variant<Sequence, TruthMark, SnapshotMark, SessionStart>;

    /// The node's state when it was quiescent.
    struct Truth {
        int session = 0;
        std::string label;
        MempoolSnapshot snapshot;
    };
    /// An answer of getrawmempool false true while messages were in flight.
    struct RacingSnapshot {
        int session = 0;
        int step = 0;
        MempoolSnapshot snapshot; ///< the tip was asked right after the mempool, so it is not bracketed
    };
    struct Block {
        BlockHash hash;
        BlockHash parent;
        std::vector<TxId> txids;
    };

    std::vector<Event> events; ///< in order of arrival
    std::vector<Truth> truths;
    std::vector<RacingSnapshot> snapshots;
    std::vector<Block> blocks;

    /// Aborts the test program if the files are not as expected.
    static const Recording &load();
};

} // namespace tipwatch
