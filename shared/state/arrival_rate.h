// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace tipwatch {

/// How much arrived over the last minute, in one-second buckets. Steady milliseconds in, per-second rates out.
class ArrivalRate {
public:
    static constexpr int windowSeconds = 60;

    void add(std::int64_t nowMs, std::int64_t vbytes);

    struct Rates {
        double txPerSecond = 0;
        double bytesPerSecond = 0;
    };
    /// Over the window, or over the time since the first arrival while that is shorter.
    Rates at(std::int64_t nowMs);
    bool isEmpty() const { return m_count == 0; }

private:
    struct Bucket {
        std::int64_t count = 0;
        std::int64_t vbytes = 0;
    };
    void advance(std::int64_t nowMs);

    std::array<Bucket, windowSeconds> m_buckets{};
    std::int64_t m_second = -1; ///< of the newest bucket
    std::int64_t m_first = -1;  ///< second of the first arrival ever
    std::int64_t m_count = 0;
    std::int64_t m_vbytes = 0;
};

} // namespace tipwatch
