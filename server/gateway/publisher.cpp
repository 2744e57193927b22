// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/publisher.h"

#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

namespace tipwatch {

Publisher::Publisher(EventBus &bus, const ChainStore &store, Reactor &reactor) : m_reactor(reactor)
{
    connect(
        &bus, &EventBus::published, this,
        [this, &store](const ChainEventPtr &event) {
            m_reactor.publish({std::make_shared<const StreamEvent>(std::vector{event}), store.snapshot()});
        },
        Qt::DirectConnection);
    m_reactor.publish({nullptr, store.snapshot()});
}

} // namespace tipwatch
