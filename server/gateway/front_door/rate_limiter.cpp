// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

constexpr std::int64_t minuteMs = 60'000;

} // namespace

std::int64_t RateLimiter::take(const ClientAddress &address, std::int64_t now)
{
    if (m_perMinute == 0)
        return 0;
    forget(now);
    const auto most = static_cast<double>(m_perMinute);
    const double perMs = most / minuteMs;
    const std::uint64_t key = address.limitKey();
    const auto known = m_byKey.find(key);
    if (known == m_byKey.end()) {
        if (m_buckets.size() >= maxBuckets) {
            m_byKey.erase(m_buckets.back().key);
            m_buckets.pop_back();
        }
        m_buckets.push_front({key, most - 1, now});
        m_byKey.emplace(key, m_buckets.begin());
        return 0;
    }
    Bucket &bucket = *known->second;
    const double tokens = std::min(most, bucket.tokens + static_cast<double>(now - bucket.takenAt) * perMs);
    if (tokens < 1)
        return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil((1 - tokens) / perMs)));
    bucket.tokens = tokens - 1;
    bucket.takenAt = now;
    m_buckets.splice(m_buckets.begin(), m_buckets, known->second);
    return 0;
}

void RateLimiter::forget(std::int64_t now)
{
    while (!m_buckets.empty() && now - m_buckets.back().takenAt >= minuteMs) {
        m_byKey.erase(m_buckets.back().key);
        m_buckets.pop_back();
    }
}

} // namespace tipwatch
