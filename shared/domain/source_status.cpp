// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/source_status.h"

namespace tipwatch {

std::string_view stateName(SourceState state)
{
    switch (state) {
    case SourceState::Connecting:
        return "connecting";
    case SourceState::Syncing:
        return "syncing";
    case SourceState::Live:
        return "live";
    case SourceState::Stale:
        return "stale";
    case SourceState::Error:
        return "error";
    case SourceState::Unknown:
        break;
    }
    return "unknown";
}

std::string_view feedName(Feed feed)
{
    switch (feed) {
    case Feed::Push:
        return "push";
    case Feed::Poll:
        return "poll";
    case Feed::None:
        break;
    }
    return "none";
}

} // namespace tipwatch
