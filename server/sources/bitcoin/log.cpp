// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/log.h"

namespace tipwatch {

Q_LOGGING_CATEGORY(lcBitcoin, "tipwatch.bitcoin")

} // namespace tipwatch
