// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config.h"

#include <QLoggingCategory>

namespace tipwatch {

Q_DECLARE_LOGGING_CATEGORY(appLog)

/// From now on every message of the process, Qt's included, goes to stderr as @p config says. Any thread may log.
/// QT_LOGGING_RULES still wins, for those who look for a fault.
void installLogging(const LogConfig &config);

} // namespace tipwatch
