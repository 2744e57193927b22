// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>

#include <cstdint>
#include <string>

namespace tipwatch {

/// The server side as it is shown in the window and in /api/v1/status.
struct GatewayStatus {
    bool enabled = false;     ///< somebody wants it on (configuration or the switch)
    bool listening = false;   ///< and it is
    std::string url;          ///< where browsers find it, e.g. "http://192.168.1.7:8787/"; empty while not listening
    std::int64_t clients = 0; ///< WebSocket clients connected now
    std::string error;        ///< one sentence: why it is not listening although enabled
    friend bool operator==(const GatewayStatus &, const GatewayStatus &) = default;
};

} // namespace tipwatch

Q_DECLARE_METATYPE(tipwatch::GatewayStatus)
