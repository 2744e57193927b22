// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/event_bus.h"

#include <vector>

namespace tipwatch {

/// Everything a bus announced, in order.
class EventLog : public QObject {
public:
    explicit EventLog(EventBus &bus)
    {
        connect(&bus, &EventBus::published, this, [this](const ChainEventPtr &event) { m_events.push_back(event); });
    }

    const std::vector<ChainEventPtr> &all() const { return m_events; }
    void clear() { m_events.clear(); }

    template <class Body> std::vector<const Body *> of() const
    {
        std::vector<const Body *> found;
        for (const ChainEventPtr &event : m_events) {
            if (const auto *body = std::get_if<Body>(&event->body))
                found.push_back(body);
        }
        return found;
    }

private:
    std::vector<ChainEventPtr> m_events;
};

} // namespace tipwatch
