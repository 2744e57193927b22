// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/gateway_model.h"

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
