// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tipwatch {

/// "tipwatch.history": what becomes of the history's file.
Q_DECLARE_LOGGING_CATEGORY(lcHistory)

} // namespace tipwatch
