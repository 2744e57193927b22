// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/frame_probe.h"

#include <QQuickWindow>

namespace tipwatch {

FrameProbe::FrameProbe(QQuickWindow *window, const Clock &clock) : m_clock(clock)
{
    // The GUI thread stands still while the scene is synchronised, so what waits then is what the frame will show.
    connect(window, &QQuickWindow::afterSynchronizing, this, &FrameProbe::synchronised, Qt::DirectConnection);
    connect(window, &QQuickWindow::frameSwapped, this, &FrameProbe::swapped, Qt::DirectConnection);
}

void FrameProbe::changed(std::int64_t oldestTimestamp)
{
    std::int64_t none = 0;
    m_waiting.compare_exchange_strong(none, oldestTimestamp);
}

void FrameProbe::synchronised()
{
    const std::int64_t waiting = m_waiting.exchange(0);
    if (m_drawing == 0)
        m_drawing = waiting;
}

void FrameProbe::swapped()
{
    if (!m_seen) {
        m_seen = true;
        QMetaObject::invokeMethod(this, &FrameProbe::firstFrame, Qt::QueuedConnection);
    }
    if (m_drawing == 0)
        return;
    const auto elapsed = static_cast<double>(m_clock.unixMs() - m_drawing);
    m_drawing = 0;
    QMetaObject::invokeMethod(
        this, [this, elapsed] { Q_EMIT measured(elapsed); }, Qt::QueuedConnection);
}

} // namespace tipwatch
