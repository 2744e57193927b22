// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/engine.h"

#include "app/logging.h"
#include "app/source_choice.h"

namespace tipwatch {

Engine::Engine(const Config &config, const Clock &clock)
    : m_config(config), m_clock(clock), m_store(m_bus, clock), m_gateway(config.gateway, m_bus, m_store, clock)
{
    connect(&m_gateway, &Gateway::statusChanged, this, &Engine::gatewayStatusChanged);
}

Engine::~Engine()
{
    stop();
}

void Engine::start()
{
    if (m_config.gateway.enabled) {
        startGateway();
    } else {
        qCInfo(appLog, "websocket.disabled");
        Q_EMIT gatewayStatusChanged(m_gateway.status());
    }
    auto chosen = chooseSource(m_config, m_store, m_clock);
    qCInfo(appLog, "source.chosen kind=%s reason=\"%s\"", chosen.kind.c_str(), chosen.reason.c_str());
    m_source = std::move(chosen.source);
    m_source->start();
}

void Engine::stop()
{
    m_gateway.stop();
    if (m_source)
        m_source->stop();
    m_source.reset();
}

void Engine::setGatewayEnabled(bool enabled)
{
    if (enabled) {
        startGateway();
        return;
    }
    m_gateway.stop();
    qCInfo(appLog, "websocket.disabled");
    Q_EMIT gatewayStatusChanged(m_gateway.status());
}

void Engine::startGateway()
{
    const auto started = m_gateway.start();
    const GatewayStatus status = m_gateway.status();
    if (started)
        qCInfo(appLog, "websocket.enabled url=%s path=%s", status.url.c_str(), m_config.gateway.path.c_str());
    else
        qCCritical(appLog, "websocket.failed listen=%s port=%d error=\"%s\"", m_config.gateway.listen.c_str(),
                   m_config.gateway.httpPort, started.error().message.c_str());
    Q_EMIT gatewayStatusChanged(status);
}

} // namespace tipwatch
