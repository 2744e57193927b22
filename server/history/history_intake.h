// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"
#include "shared/state/chain_event.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace tipwatch {

/// Takes from the bus what the state alone does not tell: how much arrived, and blocks that may be gone again before the minute is over.
/// Filled on the backend thread, emptied on the history thread; bounded.
class HistoryIntake {
public:
    static constexpr std::size_t mostBlocks =
        1024; ///< of a minute; during the initial download there are more than anybody charts

    /// @p clock must outlive it.
    explicit HistoryIntake(const Clock &clock) : m_clock(clock) {}

    /// Returns at once.
    void put(const ChainEvent &event);

    struct Contents {
        std::optional<std::int64_t> since; ///< Unix ms from which arrivals were counted; nothing: the source is not live
        std::int64_t count = 0;
        std::int64_t vbytes = 0;
        std::vector<BlockPtr> blocks; ///< that joined the chain, or of which more is known; in order
    };
    Contents take();

private:
    const Clock &m_clock;
    std::mutex m_mutex;
    Contents m_contents;
};

} // namespace tipwatch
