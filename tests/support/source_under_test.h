// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/bitcoin_source.h"
#include "shared/domain/clock.h"
#include "shared/state/chain_store.h"
#include "tests/support/event_log.h"

namespace tipwatch {

/// A Bitcoin source with its store, and everything it announced.
struct SourceUnderTest {
    SystemClock clock;
    EventBus bus;
    ChainStore store{bus, clock};
    EventLog log{bus};
    PeerLocator locator;
    BitcoinSource source;

    explicit SourceUnderTest(const BitcoinConfig &config) : source(config, store, clock, locator) { source.start(); }

    SourceStatus status() const { return store.snapshot()->status; }
    SourceState state() const { return status().state; }
    bool isExact() const { return state() == SourceState::Live && status().exact; }
    bool reasonHas(const char *text) const { return status().reason.find(text) != std::string::npos; }
};

} // namespace tipwatch
