// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace tipwatch::simulated {

/// A well-mixed function of two numbers (the finaliser of splitmix64); gives every part of the simulation its own stream.
constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t number)
{
    std::uint64_t z = seed + (number + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// Reproducible random numbers (xoshiro256**, Blackman and Vigna). The distributions of the standard library are not used: what they
/// make of a seed is up to the implementation.
class Random {
public:
    explicit constexpr Random(std::uint64_t seed)
    {
        for (std::uint64_t i = 0; i < m_state.size(); ++i)
            m_state[i] = mix(seed, i);
    }

    constexpr std::uint64_t next()
    {
        const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
        const std::uint64_t shifted = m_state[1] << 17;
        m_state[2] ^= m_state[0];
        m_state[3] ^= m_state[1];
        m_state[1] ^= m_state[2];
        m_state[0] ^= m_state[3];
        m_state[2] ^= shifted;
        m_state[3] = std::rotl(m_state[3], 45);
        return result;
    }

    /// In [0, 1).
    constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    constexpr double uniform(double from, double to) { return from + (to - from) * uniform(); }
    /// In [0, @p bound); @p bound must not be 0.
    constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    constexpr bool chance(double probability) { return uniform() < probability; }

    double exponential(double mean) { return -mean * std::log1p(-uniform()); }
    /// The sum of twelve uniform numbers is normal enough up to six sigma, and takes no logarithm and no cosine.
    constexpr double normal()
    {
        std::uint64_t sum = 0;
        for (int i = 0; i < 3; ++i) {
            for (std::uint64_t bits = next(); bits != 0; bits >>= 16)
                sum += bits & 0xffff;
        }
        return static_cast<double>(sum) / 65'535 - 6;
    }
    double logNormal(double median, double sigma) { return median * std::exp(sigma * normal()); }

private:
    std::array<std::uint64_t, 4> m_state{};
};

} // namespace tipwatch::simulated
