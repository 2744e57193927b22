// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/update_feed.h"

#include <algorithm>

namespace tipwatch {

UpdateFeed::UpdateFeed(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock,
                       std::vector<UpdateReader *> readers)
    : m_bus(bus), m_snapshotOf(std::move(snapshot)), m_clock(clock), m_readers(std::move(readers)),
      m_inbox(std::make_shared<Inbox>([this](Inbox::Urgency urgency) {
          QMetaObject::invokeMethod(
              this, [this, urgency] { schedule(urgency); }, Qt::QueuedConnection);
      })),
      m_deliveredAt(clock.steadyMs() - intervalMs)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &UpdateFeed::deliver);
    // A coarse timer drifts by 5 %: a clock that shows seconds would skip one every now and then.
    m_ticker.setTimerType(Qt::PreciseTimer);
    m_ticker.setInterval(tickMs);
    connect(&m_ticker, &QTimer::timeout, this, &UpdateFeed::tick);
}

UpdateFeed::~UpdateFeed()
{
    m_inbox->close();
    disconnect(m_connection);
}

void UpdateFeed::start()
{
    m_connection = connect(&m_bus, &EventBus::published, [inbox = m_inbox](const ChainEventPtr &event) { inbox->put(event); });
    deliver();
    if (m_visible)
        m_ticker.start();
}

void UpdateFeed::setVisible(bool visible)
{
    if (visible == m_visible)
        return;
    m_visible = visible;
    if (visible) {
        m_ticker.start();
        deliver();
        tick();
    } else {
        m_ticker.stop();
    }
}

void UpdateFeed::schedule(Inbox::Urgency urgency)
{
    const auto since = m_clock.steadyMs() - m_deliveredAt;
    const auto interval = m_visible ? intervalMs : hiddenIntervalMs;
    if (urgency == Inbox::Urgency::Now || since >= interval)
        deliver();
    else if (!m_timer.isActive())
        m_timer.start(static_cast<int>(interval - since));
}

void UpdateFeed::deliver()
{
    m_timer.stop();
    Inbox::Contents contents = m_inbox->take();
    // After the inbox: every event in it is then in the picture too.
    m_shown = m_snapshotOf();
    m_deliveredAt = m_clock.steadyMs();
    const Update update{m_shown, std::move(contents.events), contents.skipped, m_clock.unixMs()};
    for (UpdateReader *reader : m_readers)
        reader->apply(update);
    Q_EMIT updated(contents.oldest);
}

void UpdateFeed::tick()
{
    // Older blocks join the picture without an event.
    if (m_snapshotOf() != m_shown && !m_timer.isActive())
        deliver();
    const std::int64_t now = m_clock.unixMs();
    for (UpdateReader *reader : m_readers)
        reader->tick(now);
}

} // namespace tipwatch
