// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/history/history_intake.h"
#include "server/history/history_recorder.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/history/history_reader.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/event_bus.h"

#include <QObject>
#include <QThread>
#include <QTimer>

#include <functional>
#include <memory>

namespace tipwatch {

/// The past of what is watched: a reader of the bus like any other, which writes on a thread of its own. Lives on the backend thread,
/// which never waits for a disk.
class History final : public QObject, public HistoryReader {
    Q_OBJECT

public:
    /// Records from now on, unless the configuration says otherwise. @p snapshot may be called from any thread; it, @p bus and @p clock
    /// must outlive the history.
    History(const HistoryConfig &config, EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock);
    /// Waits until what is known of blocks is written.
    ~History() override;

    void ask(HistoryWindow window, Done done) override;
    HistoryStatus status() const override;

private:
    void waitForMinute();

    const Clock &m_clock;
    HistoryIntake m_intake;
    QThread m_thread;
    QObject m_host;             ///< lives on m_thread: what is run in its name runs there
    QTimer m_timer;             ///< likewise
    HistoryRecorder m_recorder; ///< used on m_thread
    const bool m_enabled;
};

} // namespace tipwatch
