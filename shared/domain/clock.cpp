// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/clock.h"

#include <chrono>

namespace tipwatch {

using namespace std::chrono;

std::int64_t SystemClock::unixMs() const
{
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t SystemClock::steadyMs() const
{
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

} // namespace tipwatch
