// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tipwatch {

/// An address in 127.0.0.0/8 that no other test process has, and none of the last four calls in this one: a port that was free on it
/// stays free, and one that is closed can be opened again. (On 127.0.0.1 any connection of any test may take it in between.)
std::string ownLoopbackAddress();

} // namespace tipwatch
