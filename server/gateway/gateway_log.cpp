// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/gateway_log.h"

namespace tipwatch {

Q_LOGGING_CATEGORY(lcGateway, "tipwatch.gateway", QtInfoMsg)

} // namespace tipwatch
