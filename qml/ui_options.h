// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tipwatch {

/// How the window starts.
struct UiOptions {
    std::string theme = "system"; ///< "system", "dark" or "light"; what the person chose in the window before wins over it
    bool reducedMotion = false;   ///< nothing slides or fades; the desktop's own setting is followed too
    std::string settingsFile;     ///< INI file for window geometry and theme; empty: the user's own settings
};

} // namespace tipwatch
