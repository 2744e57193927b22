// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/client_address.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace tipwatch {

/// So many things a minute for each address, as many at once: a token bucket for each that took something in the last minute. A bucket
/// nobody took from for a minute is full again, which is what an address without a bucket has, so it is forgotten. Never more than
/// maxBuckets: then the one that rested longest goes. Not thread-safe.
class RateLimiter {
public:
    static constexpr std::size_t maxBuckets = 65'536; ///< some 100 bytes each

    /// @p perMinute 0: no limit.
    explicit RateLimiter(std::int64_t perMinute) : m_perMinute(perMinute) {}

    /// Takes one for @p address at @p now (steady ms). @return 0, or if there is none left the ms until there is one; nothing is taken then.
    std::int64_t take(const ClientAddress &address, std::int64_t now);

    /// Addresses that are remembered.
    std::size_t size() const { return m_buckets.size(); }

private:
    struct Bucket {
        std::uint64_t key = 0;
        double tokens = 0; ///< at `takenAt`
        std::int64_t takenAt = 0;
    };

    void forget(std::int64_t now);

    const std::int64_t m_perMinute;
    std::list<Bucket> m_buckets; ///< the last taken from is the first
    std::unordered_map<std::uint64_t, std::list<Bucket>::iterator> m_byKey;
};

} // namespace tipwatch
