// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/inbox.h"
#include "qml/models/update.h"
#include "shared/domain/clock.h"
#include "shared/state/event_bus.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

namespace tipwatch {

/// Brings what happens on the backend thread to the models: at most ten updates a second, a block or a change of the source's state
/// at once, nothing while nothing happens. GUI thread.
class UpdateFeed : public QObject {
    Q_OBJECT

public:
    static constexpr int intervalMs = 100;        ///< between updates while the window can be seen
    static constexpr int hiddenIntervalMs = 1000; ///< and while it cannot
    static constexpr int tickMs = 1000;

    /// @p bus, @p clock and @p readers must outlive the feed.
    UpdateFeed(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock,
               std::vector<UpdateReader *> readers);
    ~UpdateFeed() override;

    /// Listens, and gives the readers the picture as it is.
    void start();

    /// While hidden the seconds do not tick and updates are rarer.
    void setVisible(bool visible);
    bool isTicking() const { return m_ticker.isActive(); }

Q_SIGNALS:
    /// The readers were given an update, the oldest news in it from @p oldestTimestamp (Unix ms; 0: no news, only the picture).
    void updated(qint64 oldestTimestamp);

private:
    void schedule(Inbox::Urgency urgency);
    void deliver();
    void tick();

    EventBus &m_bus;
    std::function<ChainSnapshotPtr()> m_snapshotOf;
    const Clock &m_clock;
    std::vector<UpdateReader *> m_readers;
    std::shared_ptr<Inbox> m_inbox; ///< shared with the connection: the bus may be publishing while we go away
    QMetaObject::Connection m_connection;
    ChainSnapshotPtr m_shown;
    QTimer m_timer;
    QTimer m_ticker;
    std::int64_t m_deliveredAt; ///< steady ms
    bool m_visible = true;
};

} // namespace tipwatch
