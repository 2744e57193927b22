// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_snapshot.h"

#include <cstdint>
#include <vector>

namespace tipwatch {

/// What the window learns at once: the picture as it is now, and what happened since the update before.
struct Update {
    ChainSnapshotPtr snapshot;         ///< never null
    std::vector<ChainEventPtr> events; ///< blocks, reorgs and transactions, in order; figures are in the snapshot only
    std::int64_t skipped = 0;          ///< transactions left out of `events` because more came than anyone can read
    std::int64_t now = 0;              ///< Unix ms
};

/// A model that shows a part of it. GUI thread.
class UpdateReader {
public:
    virtual ~UpdateReader() = default;
    virtual void apply(const Update &update) = 0;
    /// Once a second while the window can be seen: ages grow. @p now is Unix ms.
    virtual void tick(std::int64_t now) { static_cast<void>(now); }
};

} // namespace tipwatch
