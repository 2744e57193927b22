// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tipwatch {

/// "tipwatch.alerts": alert.raised, alert.cleared, alert.delivered, alert.delivery_failed, ... with key=value pairs behind.
Q_DECLARE_LOGGING_CATEGORY(lcAlerts)

} // namespace tipwatch
