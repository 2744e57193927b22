// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application.h"

#include "app/exit_code.h"
#include "app/logging.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstring>

namespace tipwatch {

Application::Application(const Config &config, PeerLocator locator)
    : m_config(config), m_backend(config, m_clock, std::move(locator))
{
    connect(&m_signals, &UnixSignals::stopRequested, this, [](int signal) {
        qCInfo(appLog, "app.stopping signal=%d name=SIG%s", signal, sigabbrev_np(signal));
        QCoreApplication::exit(exit_code::ok);
    });
    connect(&m_backend, &Backend::gatewayStatusChanged, this, &Application::announce);
}

Application::~Application()
{
    UnixSignals::endProcessAfter(shutdownSeconds);
}

int Application::run()
{
    qCInfo(appLog, "app.started version=%s pid=%lld", qPrintable(QCoreApplication::applicationVersion()),
           static_cast<long long>(QCoreApplication::applicationPid()));
    m_backend.start();
    return QCoreApplication::exec();
}

void Application::announce(const GatewayStatus &status)
{
    if (status.listening && status.url != m_announcedUrl) {
        std::printf("Open %s in a browser\n", status.url.c_str());
        std::fflush(stdout);
    }
    m_announcedUrl = status.listening ? status.url : std::string();

    if (m_config.serverOnly && status.enabled && !status.listening && !status.error.empty()) {
        std::fprintf(stderr, "tipwatch: cannot serve: %s\n", status.error.c_str());
        QCoreApplication::exit(exit_code::unavailable);
    }
}

} // namespace tipwatch
