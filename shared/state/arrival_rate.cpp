// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/arrival_rate.h"

#include <algorithm>

namespace tipwatch {

void ArrivalRate::advance(std::int64_t nowMs)
{
    const std::int64_t second = nowMs / 1000;
    if (m_second < 0)
        m_second = second;
    const std::int64_t steps = std::min<std::int64_t>(second - m_second, windowSeconds);
    for (std::int64_t i = 1; i <= steps; ++i) {
        Bucket &bucket = m_buckets[static_cast<std::size_t>((second - steps + i) % windowSeconds)];
        m_count -= bucket.count;
        m_vbytes -= bucket.vbytes;
        bucket = {};
    }
    m_second = std::max(m_second, second);
}

void ArrivalRate::add(std::int64_t nowMs, std::int64_t vbytes)
{
    advance(nowMs);
    if (m_first < 0)
        m_first = m_second;
    Bucket &bucket = m_buckets[static_cast<std::size_t>(m_second % windowSeconds)];
    ++bucket.count;
    bucket.vbytes += vbytes;
    ++m_count;
    m_vbytes += vbytes;
}

ArrivalRate::Rates ArrivalRate::at(std::int64_t nowMs)
{
    advance(nowMs);
    if (m_count == 0)
        return {};
    // Ten seconds at the least: the first transaction alone is no rate.
    const auto seconds = static_cast<double>(std::clamp<std::int64_t>(m_second - m_first + 1, 10, windowSeconds));
    return {static_cast<double>(m_count) / seconds, static_cast<double>(m_vbytes) / seconds};
}

} // namespace tipwatch
