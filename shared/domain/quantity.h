// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

namespace tipwatch {

/// A number with its unit in the type, so that a fee cannot be passed where a size is meant.
template <class Tag, class Rep> struct Quantity {
    Rep value{};

    constexpr Quantity() = default;
    constexpr explicit Quantity(Rep v) : value(v) {}

    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(static_cast<Rep>(a.value + b.value)); }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(static_cast<Rep>(a.value - b.value)); }
    constexpr Quantity &operator+=(Quantity other) { return *this = *this + other; }
    constexpr Quantity &operator-=(Quantity other) { return *this = *this - other; }
};

/// Amounts of money; 100,000,000 to the coin. Negative only as a difference (prioritised fees).
using Satoshi = Quantity<struct SatoshiTag, std::int64_t>;
/// Virtual bytes, weight / 4 rounded up (BIP 141).
using VBytes = Quantity<struct VBytesTag, std::int64_t>;
/// Weight units (BIP 141).
using Weight = Quantity<struct WeightTag, std::int64_t>;
/// Satoshi per virtual byte.
using Feerate = Quantity<struct FeerateTag, double>;
/// Distance from the genesis block; -1 is "unknown".
using Height = Quantity<struct HeightTag, std::int32_t>;

constexpr Height unknownHeight{-1};

constexpr VBytes vsizeOf(Weight weight)
{
    return VBytes((weight.value + 3) / 4);
}

constexpr Feerate feerateOf(Satoshi fee, VBytes vsize)
{
    return Feerate(vsize.value > 0 ? static_cast<double>(fee.value) / static_cast<double>(vsize.value) : 0.0);
}

} // namespace tipwatch
