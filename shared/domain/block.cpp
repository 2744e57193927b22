// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/block.h"

#include "shared/domain/compact_target.h"

#include <cmath>
#include <sstream>

namespace tipwatch {

namespace {

constexpr std::int64_t coin = 100'000'000;

Target fromHex(const std::string &hex)
{
    Target number = 0;
    for (const char c : hex) {
        const unsigned digit = c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 32) - 'a' + 10);
        number = (number << 4) | (digit & 15u);
    }
    return number;
}

} // namespace

double difficultyOf(std::uint32_t bits)
{
    const double mantissa = bits & 0x00ffffff;
    if (mantissa == 0)
        return 0;
    return std::ldexp(static_cast<double>(0x0000ffff) / mantissa, 8 * (29 - static_cast<int>(bits >> 24)));
}

std::string addWork(const std::string &chainwork, std::uint32_t bits)
{
    if (chainwork.empty())
        return {};
    Target total = fromHex(chainwork);
    if (const auto target = targetOf(bits))
        total += ~*target / (*target + 1) + 1;
    std::ostringstream text;
    text << std::hex << total;
    const std::string digits = text.str();
    return std::string(64 - std::min<std::size_t>(64, digits.size()), '0') + digits;
}

Satoshi subsidyAt(Height height, std::int32_t halvingInterval)
{
    const std::int32_t halvings = height.value / halvingInterval;
    return Satoshi(halvings < 64 ? (50 * coin) >> halvings : 0);
}

} // namespace tipwatch
