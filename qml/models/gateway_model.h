// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "shared/state/gateway_status.h"

#include <QObject>
#include <QString>

namespace tipwatch {

/// The server side, and its switch.
class GatewayModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY changed)
    Q_PROPERTY(bool enabled READ enabled NOTIFY changed)
    Q_PROPERTY(bool listening READ listening NOTIFY changed)
    Q_PROPERTY(QString url READ url NOTIFY changed)
    Q_PROPERTY(QString error READ error NOTIFY changed)
    Q_PROPERTY(int clients READ clients NOTIFY changed)
    Q_PROPERTY(bool wholeLan READ wholeLan NOTIFY changed)
    Q_PROPERTY(int port READ port NOTIFY changed)
    Q_PROPERTY(int maxClients READ maxClients NOTIFY changed)
    Q_PROPERTY(int maxPerAddress READ maxPerAddress NOTIFY changed)
    Q_PROPERTY(int newPerMinute READ newPerMinute NOTIFY changed)
    Q_PROPERTY(int messagesPerSecond READ messagesPerSecond NOTIFY changed)
    /// "7 clients", "off", "error": what the status strip says.
    Q_PROPERTY(QString text READ text NOTIFY changed)

public:
    using QObject::QObject;

    void setStatus(const GatewayStatus &status);

    /// Asks for it; `enabled` follows when it is so.
    Q_INVOKABLE void setEnabled(bool enabled);

    /// Asks for these settings; the properties follow when they are in force. The numbers are 0 for "no limit" and, of the port, for
    /// "any free one".
    Q_INVOKABLE void change(bool wholeLan, int port, int maxClients, int maxPerAddress, int newPerMinute, int messagesPerSecond);

    DataStatus::Value status() const;
    bool enabled() const { return m_status.enabled; }
    bool listening() const { return m_status.listening; }
    QString url() const { return QString::fromStdString(m_status.url); }
    QString error() const { return QString::fromStdString(m_status.error); }
    int clients() const { return static_cast<int>(m_status.clients); }
    QString text() const;
    bool wholeLan() const;
    int port() const { return m_status.settings.port; }
    int maxClients() const { return static_cast<int>(m_status.settings.maxConnections); }
    int maxPerAddress() const { return static_cast<int>(m_status.settings.maxPerAddress); }
    int newPerMinute() const { return static_cast<int>(m_status.settings.connectionsPerMinute); }
    int messagesPerSecond() const { return static_cast<int>(m_status.settings.messagesPerSecond); }

Q_SIGNALS:
    void changed();
    void enabledRequested(bool enabled);
    void settingsRequested(const tipwatch::GatewaySettings &settings);

private:
    GatewayStatus m_status;
};

} // namespace tipwatch
