// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tipwatch {

/// Figures of the feed itself, for those who watch it. Made by the gateway once a second while somebody listens.
struct StreamMetrics {
    double txPerSecond = 0;       ///< into the mempool
    double blockInterval = -1;    ///< seconds between the latest blocks, mean of up to 12; -1: too few are known
    double eventLatencyMs = 0;    ///< from the node's word to the frame, mean of the last second; 0 if nothing happened
    std::int64_t clients = 0;     ///< connected now
    double messagesPerSecond = 0; ///< sent to all clients together
    double bytesPerSecond = 0;
    std::int64_t usage = 0; ///< bytes waiting for all clients together
    friend bool operator==(const StreamMetrics &, const StreamMetrics &) = default;
};

} // namespace tipwatch
