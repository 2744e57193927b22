// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tipwatch {

/// What the kernel says of this process (proc(5)). Zero where it says nothing.
struct ProcessFigures {
    double cpuSeconds = 0;          ///< user and system, all threads
    std::int64_t residentBytes = 0; ///< RSS
    std::int64_t virtualBytes = 0;
    std::int64_t openDescriptors = 0;
    std::int64_t maxDescriptors = 0;
    double startedAt = 0; ///< Unix seconds

    static ProcessFigures now();
};

} // namespace tipwatch
