// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/reactor.h"
#include "server/gateway/stream/figures.h"
#include "shared/domain/clock.h"
#include "shared/state/chain_event.h"

#include <QObject>
#include <QTimer>

#include <vector>

namespace tipwatch {

class ChainStore;
class EventBus;

/// Turns the events of the bus into steps of the stream and hands them to the reactor; returns at once, for it is the shards that put them into
/// words. When it is quiet each event is a step of its own. When it is busy, what comes within the batch interval leaves together; a new tip,
/// block or reorg leaves at once, behind what waited, so that the order of the stream stays that of the events.
/// Lives on the backend thread. As it starts it tells the reactor the whole present state, so that nothing falls between.
class Publisher final : public QObject {
    Q_OBJECT

public:
    static constexpr int figuresIntervalMs = 1000; ///< of the metrics channel

    /// References must outlive the publisher. @p batchIntervalMs 0: every event leaves at once.
    Publisher(EventBus &bus, const ChainStore &store, Reactor &reactor, const Clock &clock, std::int64_t batchIntervalMs);

    /// Whether somebody listens to the metrics channel. Nobody: no timer runs.
    void setFiguresWanted(bool wanted);

private:
    void take(const ChainEventPtr &event);
    void leave();
    void publishFigures();

    const ChainStore &m_store;
    Reactor &m_reactor;
    const Clock &m_clock;
    const std::int64_t m_batchIntervalMs;
    std::vector<ChainEventPtr> m_waiting;
    std::int64_t m_leftAt; ///< steady ms of the last step
    QTimer m_batchTimer;
    QTimer m_figuresTimer;
    Figures m_figures;
};

} // namespace tipwatch
