// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tipwatch {

/// "tipwatch.bitcoin": what the Bitcoin source hears and decides. Messages are an event and key=value pairs.
Q_DECLARE_LOGGING_CATEGORY(lcBitcoin)

} // namespace tipwatch
