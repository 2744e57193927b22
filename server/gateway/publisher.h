// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/reactor.h"
#include "shared/state/chain_event.h"

#include <QObject>

namespace tipwatch {

class ChainStore;
class EventBus;

/// Turns each event of the bus into one step of the stream and hands it to the reactor; returns at once, for it is the shards that put it into
/// words. Lives on the backend thread. As it starts it tells the reactor the whole present state, so that nothing falls between.
class Publisher final : public QObject {
    Q_OBJECT

public:
    /// @p reactor must outlive the publisher.
    Publisher(EventBus &bus, const ChainStore &store, Reactor &reactor);

private:
    Reactor &m_reactor;
};

} // namespace tipwatch
