// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"

#include <QObject>

#include <atomic>

class QQuickWindow;

namespace tipwatch {

/// Measures how long news takes from the node's word to the frame that shows it. Lives on the GUI thread; frames end on the render thread.
class FrameProbe : public QObject {
    Q_OBJECT

public:
    /// @p clock must outlive the probe, and the probe must not outlive @p window.
    FrameProbe(QQuickWindow *window, const Clock &clock);

    /// The models have changed for news of @p oldestTimestamp (Unix ms). GUI thread.
    void changed(std::int64_t oldestTimestamp);

Q_SIGNALS:
    /// A frame with news is on the screen. GUI thread.
    void measured(double milliseconds);
    /// The first frame of the window is on the screen. GUI thread.
    void firstFrame();

private:
    void synchronised();
    void swapped();

    const Clock &m_clock;
    std::atomic<std::int64_t> m_waiting = 0; ///< timestamp of news the scene does not have yet; 0 is none
    std::int64_t m_drawing = 0;              ///< of news in the frame being drawn; render thread
    bool m_seen = false;                     ///< render thread
};

} // namespace tipwatch
