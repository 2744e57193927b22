// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tipwatch {

/// How the window starts.
struct UiOptions {
    std::string theme = "remembered"; ///< "system", "dark", "light", or "remembered": what was last chosen in the window
    bool reducedMotion = false;       ///< nothing slides or fades; the desktop's own setting is followed too
    std::string settingsFile;         ///< INI file for window geometry and theme; empty: the user's own settings
};

} // namespace tipwatch
