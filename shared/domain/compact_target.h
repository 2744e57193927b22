// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <cstdint>
#include <optional>

namespace tipwatch {

/// What a block's hash must not exceed.
using Target = boost::multiprecision::uint256_t;

/// Bitcoin Core, arith_uint256::SetCompact. @return nothing for what it calls negative or overflowing, and for zero: they have no work.
inline std::optional<Target> targetOf(std::uint32_t bits)
{
    const std::uint32_t mantissa = bits & 0x007fffff;
    const unsigned exponent = bits >> 24;
    if (mantissa == 0 || (bits & 0x00800000) != 0 || exponent > 34)
        return std::nullopt;
    if (exponent <= 3)
        return Target(mantissa >> (8 * (3 - exponent)));
    return Target(mantissa) << (8 * (exponent - 3));
}

/// Bitcoin Core, arith_uint256::GetCompact: the three highest bytes, with room for a sign that targets do not have.
inline std::uint32_t bitsOf(const Target &target)
{
    if (target == 0)
        return 0;
    unsigned size = static_cast<unsigned>(msb(target)) / 8 + 1;
    auto mantissa = static_cast<std::uint32_t>(size <= 3 ? target << (8 * (3 - size)) : target >> (8 * (size - 3)));
    if ((mantissa & 0x00800000) != 0) {
        mantissa >>= 8;
        ++size;
    }
    return mantissa | size << 24;
}

} // namespace tipwatch
