// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/engine.h"

#include "app/logging.h"
#include "app/source_choice.h"

namespace tipwatch {

Engine::Engine(const Config &config, const Clock &clock, PeerLocator locator)
    : m_config(config), m_clock(clock), m_locator(std::move(locator)), m_store(m_bus, clock),
      m_history(
          config.history, m_bus, [this] { return m_store.snapshot(); }, clock),
      m_alerts(config.alerts, {config.simulated.blockInterval}, m_bus, m_store, clock),
      m_gateway(config.gateway, m_bus, m_store, clock, &m_desk)
{
    m_gateway.setHistory(m_history);
    connect(&m_gateway, &Gateway::statusChanged, this, &Engine::gatewayStatusChanged);
}

Engine::~Engine()
{
    stop();
}

void Engine::start()
{
    setGatewayEnabled(m_config.gateway.enabled);
    if (!m_config.gateway.enabled)
        qCInfo(appLog, "websocket.enabled on=false");
    auto chosen = chooseSource(m_config, m_store, m_clock, m_locator);
    qCInfo(appLog, "source.chosen kind=%s reason=\"%s\"", chosen.kind.c_str(), chosen.reason.c_str());
    m_source = std::move(chosen.source);
    m_desk.setSource(m_source->queries());
    m_source->start();
}

void Engine::stop()
{
    m_gateway.stop();
    m_desk.setSource(nullptr);
    if (m_source)
        m_source->stop();
    m_source.reset();
}

void Engine::setGatewayEnabled(bool enabled)
{
    if (!enabled)
        m_gateway.stop();
    else if (const auto started = m_gateway.start(); !started)
        qCDebug(appLog, "gateway.failed error=\"%s\"", started.error().message.c_str()); // the gateway's status tells everybody
    Q_EMIT gatewayStatusChanged(m_gateway.status());
}

void Engine::changeGateway(const GatewaySettings &settings)
{
    if (const auto changed = m_gateway.change(settings); !changed)
        qCDebug(appLog, "gateway.failed error=\"%s\"", changed.error().message.c_str()); // the gateway's status tells everybody
    Q_EMIT gatewayStatusChanged(m_gateway.status());
}

} // namespace tipwatch
