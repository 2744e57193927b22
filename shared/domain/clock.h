// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tipwatch {

/// Time as a dependency, so that tests need not wait. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    /// Wall clock, Unix ms.
    virtual std::int64_t unixMs() const = 0;
    /// Never goes back; ms since an arbitrary moment.
    virtual std::int64_t steadyMs() const = 0;
};

class SystemClock final : public Clock {
public:
    std::int64_t unixMs() const override;
    std::int64_t steadyMs() const override;
};

} // namespace tipwatch
