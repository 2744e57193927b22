// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/alerts_log.h"

namespace tipwatch {

Q_LOGGING_CATEGORY(lcAlerts, "tipwatch.alerts", QtInfoMsg)

} // namespace tipwatch
