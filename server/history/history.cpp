// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history.h"

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t minuteMs = 60'000;

} // namespace

History::History(const HistoryConfig &config, EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock)
    : m_clock(clock), m_intake(clock), m_recorder(config, std::move(snapshot), m_intake, clock), m_enabled(config.enabled)
{
    if (!m_enabled)
        return;
    m_thread.setObjectName(u"history"_s);
    m_host.moveToThread(&m_thread);
    m_timer.moveToThread(&m_thread);
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, &m_host, [this] {
        m_recorder.tick();
        waitForMinute();
    });
    connect(&bus, &EventBus::published, this, [this](const ChainEventPtr &event) {
        m_intake.put(*event);
        if (std::holds_alternative<SourceStatusChanged>(event->body))
            QMetaObject::invokeMethod(
                &m_host, [this] { m_recorder.prepare(); }, Qt::QueuedConnection);
    });
    m_thread.start();
    QMetaObject::invokeMethod(
        &m_host,
        [this] {
            m_recorder.tick();
            waitForMinute();
        },
        Qt::QueuedConnection);
}

History::~History()
{
    if (!m_enabled)
        return;
    QMetaObject::invokeMethod(
        &m_host,
        [this] {
            m_timer.stop();
            m_recorder.finish();
        },
        Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void History::waitForMinute()
{
    m_timer.start(static_cast<int>(minuteMs - m_clock.unixMs() % minuteMs));
}

void History::ask(HistoryWindow window, Done done)
{
    const auto answer = [this, done = std::move(done)](const Result<HistorySeriesPtr> &result) {
        QMetaObject::invokeMethod(
            this, [done, result] { done(result); }, Qt::QueuedConnection);
    };
    if (!m_enabled) {
        answer(failure("the history is switched off"));
        return;
    }
    QMetaObject::invokeMethod(
        &m_host, [this, window, answer] { answer(m_recorder.read(window)); }, Qt::QueuedConnection);
}

HistoryStatus History::status() const
{
    return m_recorder.status();
}

} // namespace tipwatch
