// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_event.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"

#include <string>
#include <vector>

namespace tipwatch::samples {

inline constexpr Position streamPosition{0x0123456789abcdef, 8123};
inline constexpr std::int64_t streamTime = 1'763'625'600'123; ///< Unix ms

struct NamedEvent {
    std::string name;
    ChainEvent event;
};

/// Every kind of event, and what is unusual in them: unknown values, hostile text, long lists.
std::vector<NamedEvent> streamEvents();

ChainSnapshot streamSnapshot();
StreamMetrics streamMetrics();

/// One in Reykjavik, one without a place.
std::vector<Peer> peers();

/// Pays to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 (BIP 173's example).
Script exampleScript();

} // namespace tipwatch::samples
