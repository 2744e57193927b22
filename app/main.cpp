// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application.h"
#include "app/exit_code.h"
#include "app/logging.h"
#include "server/alerts/delivery/alert_delivery.h"
#include "server/gateway/gateway.h"
#include "server/sources/peer_locator.h"
#include "shared/config/config_loader.h"
#include "shared/config/config_text.h"

#ifdef TIPWATCH_HAS_WINDOW
#include "qml/ui.h"

#include <QApplication>
#endif

#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>
#include <utility>

using namespace tipwatch;

namespace {

void print(const std::string &text)
{
    std::fputs(text.c_str(), stdout);
}

int complain(const std::string &line, int exitCode)
{
    std::fprintf(stderr, "tipwatch: %s\n", line.c_str());
    return exitCode;
}

void nameProgram()
{
    QCoreApplication::setApplicationName(QStringLiteral("tipwatch"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TIPWATCH_VERSION));
}

int runServer(int &argc, char **argv, const Config &config, PeerLocator locator)
{
    const QCoreApplication qt(argc, argv);
    Application application(config, std::move(locator));
    return application.run();
}

#ifdef TIPWATCH_HAS_WINDOW
int runWindow(int &argc, char **argv, const Config &config, PeerLocator locator)
{
    const auto isSet = [](const char *name) { return qEnvironmentVariableIsSet(name) && !qEnvironmentVariableIsEmpty(name); };
    if (!isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY") && !isSet("QT_QPA_PLATFORM"))
        return complain(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); start it with --server-only to serve browsers",
            exit_code::unavailable);
    const QApplication qt(argc, argv);
    Application application(config, std::move(locator));
    Backend &backend = application.backend();
    Ui ui(
        backend.bus(), [&backend] { return backend.snapshot(); }, application.clock(),
        UiOptions{.theme = config.window.theme, .reducedMotion = config.window.reducedMotion, .settingsFile = {}});
    QObject::connect(&backend, &Backend::gatewayStatusChanged, &ui, &Ui::setGatewayStatus);
    QObject::connect(&ui, &Ui::gatewayEnabledRequested, &backend, &Backend::setGatewayEnabled);
    QObject::connect(&ui, &Ui::projectedBlocksWanted, &backend, &Backend::wantProjected);
    QObject::connect(&ui, &Ui::gatewaySettingsRequested, &backend, &Backend::changeGateway);
    ui.show();
    return application.run();
}
#else
int runWindow(int &, char **, const Config &, PeerLocator)
{
    return complain("this build has no window; start it with --server-only to serve browsers", exit_code::unavailable);
}
#endif

} // namespace

int main(int argc, char *argv[])
{
    const auto loaded = loadConfig({{argv + 1, argv + argc}, processEnvironment()});
    if (!loaded)
        return complain(loaded.error().message, exit_code::configuration);

    const bool isUsed = loaded->request == Request::CheckConfig || loaded->request == Request::Run;
    if (const auto checked = Gateway::check(loaded->config.gateway); isUsed && !checked)
        return complain(checked.error().message, exit_code::configuration);
    if (const auto checked = AlertDelivery::check(loaded->config.alerts.delivery); isUsed && !checked)
        return complain(checked.error().message, exit_code::configuration);
    auto locator = isUsed ? PeerLocator::open(loaded->config.gateway.geoipDatabase) : PeerLocator();
    if (!locator)
        return complain("gateway.geoip_db: " + locator.error().message, exit_code::configuration);

    switch (loaded->request) {
    case Request::Help:
        print(helpText());
        return exit_code::ok;
    case Request::Version:
        print("tipwatch " TIPWATCH_VERSION "\n");
        return exit_code::ok;
    case Request::PrintConfig:
        print(printedConfig(*loaded));
        return exit_code::ok;
    case Request::CheckConfig:
        print("ok" + (loaded->file.empty() ? std::string() : " (" + loaded->file + ")") + "\n");
        return exit_code::ok;
    case Request::Run:
        break;
    }

    nameProgram();
    installLogging(loaded->config.log);
    for (const auto &note : loaded->notes)
        qCWarning(appLog, "config.note %s", note.c_str());
    return loaded->config.serverOnly ? runServer(argc, argv, loaded->config, std::move(*locator))
                                     : runWindow(argc, argv, loaded->config, std::move(*locator));
}
