// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/state/watch_registry.h"

#include <string>
#include <string_view>

namespace tipwatch {

/// Whether @p channel is the name of a channel of one transaction or one address.
bool isTrackName(std::string_view channel);

/// "track:tx:<txid>" or "track:address:<address or script in hex>". An error is one sentence that says what is wrong. @p network as
/// SourceStatus names it; while it is not known there are no addresses.
Result<WatchSubject> readTrackName(std::string_view channel, std::string_view network);

/// The one name of a subject: scripts that have an address go by that.
std::string trackName(const WatchSubject &subject, std::string_view network);

/// What clients call @p script: its address, or if it has none the script in hex.
std::string shownScript(const Script &script, std::string_view network);

} // namespace tipwatch
