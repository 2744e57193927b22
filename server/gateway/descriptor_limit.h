// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace tipwatch {

/// Raises the number of file descriptors the process may have to @p needed, as far as the administrator's (hard) limit allows; never
/// lowers it. Debian gives programs 1024 and lets them ask for more. @return the number it may have now.
std::size_t raiseDescriptorLimit(std::size_t needed);

} // namespace tipwatch
