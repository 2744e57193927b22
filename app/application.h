// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/backend.h"
#include "app/unix_signals.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"

#include <QObject>

#include <string>

namespace tipwatch {

/// The program once its settings are known, with or without a window. Needs a QCoreApplication; lives on the main thread.
class Application : public QObject {
    Q_OBJECT

public:
    /// How long the goodbye may take before the process ends without it.
    static constexpr unsigned shutdownSeconds = 5;

    /// @p config must outlive it.
    Application(const Config &config, PeerLocator locator);
    /// Stops the backend.
    ~Application() override;

    /// Watches and serves until the last window is closed, a signal asks for the end or, without a window, serving is impossible.
    /// @return the exit code.
    int run();

    Backend &backend() { return m_backend; }
    const Clock &clock() const { return m_clock; }

private:
    void announce(const GatewayStatus &status);

    const Config &m_config;
    SystemClock m_clock;
    UnixSignals m_signals;
    Backend m_backend;
    std::string m_announcedUrl;
};

} // namespace tipwatch
