// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/node_source.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"

#include <memory>
#include <string>

namespace tipwatch {

class ChainStore;
class PeerLocator;

/// What is watched, and why.
struct ChosenSource {
    std::unique_ptr<NodeSource> source;
    std::string kind;   ///< "bitcoin" or "simulated"
    std::string reason; ///< for the log: "asked for", "no node found on this machine", ...
};

/// Makes the source that @p config asks for. For SourceKind::Auto it looks for a node on this machine: up to 250 ms per network.
ChosenSource chooseSource(const Config &config, ChainStore &store, const Clock &clock, PeerLocator &locator);

} // namespace tipwatch
