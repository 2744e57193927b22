// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tipwatch {

/// "tipwatch.gateway": websocket.enabled, websocket.connection, websocket.error, http.request, ... with key=value pairs behind.
Q_DECLARE_LOGGING_CATEGORY(lcGateway)

} // namespace tipwatch
