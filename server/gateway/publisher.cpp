// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/publisher.h"

#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

bool isUrgent(const ChainEvent &event)
{
    return std::holds_alternative<TipChanged>(event.body) || std::holds_alternative<BlockConnected>(event.body) ||
           std::holds_alternative<BlockDisconnected>(event.body) || std::holds_alternative<ChainReorganised>(event.body);
}

} // namespace

Publisher::Publisher(EventBus &bus, const ChainStore &store, Reactor &reactor, const Clock &clock, std::int64_t batchIntervalMs)
    : m_store(store), m_reactor(reactor), m_clock(clock), m_batchIntervalMs(batchIntervalMs),
      m_leftAt(clock.steadyMs() - batchIntervalMs), m_batchTimer(this), m_figuresTimer(this), m_figures(reactor.counters())
{
    m_batchTimer.setSingleShot(true);
    m_batchTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_batchTimer, &QTimer::timeout, this, &Publisher::leave);
    m_figuresTimer.setInterval(figuresIntervalMs);
    connect(&m_figuresTimer, &QTimer::timeout, this, &Publisher::publishFigures);
    connect(&bus, &EventBus::published, this, &Publisher::take, Qt::DirectConnection);
    m_reactor.publish({nullptr, m_store.snapshot()});
}

void Publisher::take(const ChainEventPtr &event)
{
    m_reactor.announce(event->position.seq);
    m_waiting.push_back(event);
    const std::int64_t wait = m_leftAt + m_batchIntervalMs - m_clock.steadyMs();
    if (wait <= 0 || isUrgent(*event))
        leave();
    else if (!m_batchTimer.isActive())
        m_batchTimer.start(static_cast<int>(wait));
}

void Publisher::leave()
{
    m_batchTimer.stop();
    m_leftAt = m_clock.steadyMs();
    m_reactor.publish({std::make_shared<const StreamEvent>(std::exchange(m_waiting, {})), m_store.snapshot()});
}

void Publisher::setFiguresWanted(bool wanted)
{
    if (wanted == m_figuresTimer.isActive())
        return;
    if (!wanted) {
        m_figuresTimer.stop();
        return;
    }
    m_figures.begin(m_clock.steadyMs());
    m_figuresTimer.start();
}

void Publisher::publishFigures()
{
    if (!m_waiting.empty())
        leave(); // the picture that goes with the figures is the one that the shards have
    const ChainSnapshotPtr snapshot = m_store.snapshot();
    const StreamMetrics figures = m_figures.take(*snapshot, m_clock.steadyMs());
    m_reactor.publish({std::make_shared<const StreamEvent>(figures, snapshot, m_clock.unixMs()), nullptr});
}

} // namespace tipwatch
