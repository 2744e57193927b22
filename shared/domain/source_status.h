// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tipwatch {

enum class SourceState {
    Unknown,    ///< nothing heard yet
    Connecting, ///< trying, or trying again
    Syncing,    ///< the node, or our view of it, is catching up; see progress
    Live,       ///< what is shown is what the node has
    Stale,      ///< was live, and the node does not answer any more; the last picture stays
    Error       ///< needs a person: wrong password, no such file, ...
};

/// The wire's word for @p state, e.g. "live".
std::string_view stateName(SourceState state);

/// How the source learns of changes.
enum class Feed {
    None,
    Push, ///< ZMQ "sequence": every change, in order
    Poll  ///< asked again and again: changes between two looks are not seen
};

std::string_view feedName(Feed feed);

/// Where the data comes from and how far it can be trusted.
struct SourceStatus {
    std::string source;  ///< "bitcoin" or "simulated"
    std::string network; ///< "main", "test", "testnet4", "signet", "regtest"; empty is unknown
    std::string node;    ///< where it is asked, e.g. "http://127.0.0.1:8332"; never a password
    std::string version; ///< e.g. "Bitcoin Core 31.0.0"
    SourceState state = SourceState::Unknown;
    std::string reason;  ///< one sentence for a person: why not live, or what to know although live
    double progress = 0; ///< 0 to 1, while Syncing
    Feed feed = Feed::None;
    bool exact = false; ///< the mempool view is proven equal to the node's
    std::int64_t resyncs = 0;
    bool simulated = false;
    bool pruned = false;
    std::int64_t since = 0; ///< Unix ms at which the state was entered
    friend bool operator==(const SourceStatus &, const SourceStatus &) = default;
};

} // namespace tipwatch
