// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>

#include <cstdint>
#include <string>

namespace tipwatch {

/// What of the gateway can be changed while it serves.
struct GatewaySettings {
    std::string listen = "127.0.0.1"; ///< address to bind
    std::uint16_t port = 8787;        ///< 0: any free one
    std::int64_t maxConnections = 1000;
    std::int64_t maxPerAddress = 32;        ///< 0: no limit
    std::int64_t connectionsPerMinute = 10; ///< 0: no limit
    std::int64_t messagesPerSecond = 20;    ///< 0: no limit
    friend bool operator==(const GatewaySettings &, const GatewaySettings &) = default;
};

/// The server side as it is shown in the window and in /api/v1/status.
struct GatewayStatus {
    bool enabled = false;       ///< somebody wants it on (configuration or the switch)
    bool listening = false;     ///< and it is
    std::string url;            ///< where browsers find it, e.g. "http://192.168.1.7:8787/"; empty while not listening
    std::int64_t clients = 0;   ///< WebSocket clients connected now
    std::string error;          ///< one sentence: why it is not listening although enabled, or not with the settings asked for
    GatewaySettings settings{}; ///< those in force
    friend bool operator==(const GatewayStatus &, const GatewayStatus &) = default;
};

} // namespace tipwatch

Q_DECLARE_METATYPE(tipwatch::GatewaySettings)
Q_DECLARE_METATYPE(tipwatch::GatewayStatus)
