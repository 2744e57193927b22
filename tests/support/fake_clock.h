// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"

#include <atomic>

namespace tipwatch {

/// A clock that stands until it is moved. Thread-safe.
class FakeClock final : public Clock {
public:
    explicit FakeClock(std::int64_t unixMs = 1'767'225'600'000) : m_start(unixMs) {}
    std::int64_t unixMs() const override { return m_start + m_elapsed; }
    std::int64_t steadyMs() const override { return 1'000'000 + m_elapsed; }
    void advance(std::int64_t ms) { m_elapsed += ms; }

private:
    std::int64_t m_start;
    std::atomic<std::int64_t> m_elapsed{0};
};

} // namespace tipwatch
