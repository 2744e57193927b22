// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/gateway_model.h"

#include <algorithm>

namespace tipwatch {

void GatewayModel::setStatus(const GatewayStatus &status)
{
    if (status == m_status)
        return;
    m_status = status;
    Q_EMIT changed();
}

void GatewayModel::setEnabled(bool enabled)
{
    if (enabled != m_status.enabled)
        Q_EMIT enabledRequested(enabled);
}

void GatewayModel::change(bool wholeLan, int port, int maxClients, int maxPerAddress, int newPerMinute, int messagesPerSecond)
{
    GatewaySettings settings = m_status.settings;
    if (wholeLan != this->wholeLan()) // else an address that the configuration names stays
        settings.listen = wholeLan ? "0.0.0.0" : "127.0.0.1";
    settings.port = static_cast<std::uint16_t>(std::clamp(port, 0, 65'535));
    settings.maxConnections = std::max(maxClients, 1);
    settings.maxPerAddress = std::max(maxPerAddress, 0);
    settings.connectionsPerMinute = std::max(newPerMinute, 0);
    settings.messagesPerSecond = std::max(messagesPerSecond, 0);
    if (settings != m_status.settings || !m_status.error.empty())
        Q_EMIT settingsRequested(settings);
}

bool GatewayModel::wholeLan() const
{
    const std::string &listen = m_status.settings.listen;
    return !listen.starts_with("127.") && listen != "::1" && listen != "localhost";
}

DataStatus::Value GatewayModel::status() const
{
    if (!m_status.error.empty())
        return DataStatus::Error;
    if (m_status.listening)
        return DataStatus::Live;
    return m_status.enabled ? DataStatus::Connecting : DataStatus::Unknown;
}

QString GatewayModel::text() const
{
    switch (status()) {
    case DataStatus::Error:
        return tr("Gateway error");
    case DataStatus::Live:
        return tr("%Ln client(s)", nullptr, clients());
    case DataStatus::Connecting:
        return tr("Gateway starting");
    default:
        return tr("Gateway off");
    }
}

} // namespace tipwatch
