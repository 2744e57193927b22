// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_log.h"

namespace tipwatch {

Q_LOGGING_CATEGORY(lcHistory, "tipwatch.history")

} // namespace tipwatch
