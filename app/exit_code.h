// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// What the program returns (sysexits.h, and 128 + signal as shells have it).
namespace tipwatch::exit_code {

inline constexpr int ok = 0;
inline constexpr int unavailable = 69;   ///< EX_UNAVAILABLE: no display, port in use
inline constexpr int configuration = 78; ///< EX_CONFIG: a setting is not valid

} // namespace tipwatch::exit_code
