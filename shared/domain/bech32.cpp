// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/bech32.h"

#include <array>

namespace tipwatch {
namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksumSize = 6, longestText = 90; // characters

constexpr auto valueOfCharacter = [] {
    std::array<std::int8_t, 128> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::size_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}();

constexpr std::uint32_t residueOf(Bech32Checksum checksum)
{
    return checksum == Bech32Checksum::Bech32 ? 1 : 0x2bc830a3;
}

class Polymod {
public:
    explicit Polymod(std::string_view prefix)
    {
        for (const char c : prefix)
            add(static_cast<std::uint8_t>(c) >> 5);
        add(0);
        for (const char c : prefix)
            add(static_cast<std::uint8_t>(c) & 31);
    }

    void add(std::uint32_t value)
    {
        constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
        const std::uint32_t top = m_remainder >> 25;
        m_remainder = (m_remainder & 0x1ffffff) << 5 ^ value;
        for (std::size_t i = 0; i < generator.size(); ++i) {
            if ((top >> i & 1) != 0)
                m_remainder ^= generator[i];
        }
    }

    std::uint32_t remainder() const { return m_remainder; }

private:
    std::uint32_t m_remainder = 1;
};

/// Lower case of a text that must not mix cases.
Result<std::string> lowered(std::string_view text)
{
    bool lower = false, upper = false;
    std::string result;
    for (const char c : text) {
        if (c < 33 || c > 126)
            return failure("it has a character that no address has");
        lower = lower || (c >= 'a' && c <= 'z');
        upper = upper || (c >= 'A' && c <= 'Z');
        result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (lower && upper)
        return failure("it mixes upper and lower case");
    return result;
}

} // namespace

Result<Bech32Text> decodeBech32(std::string_view text)
{
    if (text.size() > longestText)
        return failure("it is longer than " + std::to_string(longestText) + " characters");
    const auto lower = lowered(text);
    if (!lower)
        return tl::unexpected(lower.error());
    const std::size_t separator = lower->rfind('1');
    if (separator == std::string::npos || separator == 0)
        return failure("it has no prefix that ends in \"1\"");
    if (lower->size() - separator - 1 < checksumSize)
        return failure("it is too short for its checksum");

    Bech32Text decoded;
    decoded.prefix = lower->substr(0, separator);
    Polymod polymod(decoded.prefix);
    for (const char c : std::string_view(*lower).substr(separator + 1)) {
        const std::int8_t value = valueOfCharacter[static_cast<std::size_t>(c)];
        if (value < 0)
            return failure(std::string("'") + c + "' does not occur in such an address");
        decoded.values.push_back(static_cast<std::uint8_t>(value));
        polymod.add(decoded.values.back());
    }
    if (polymod.remainder() == residueOf(Bech32Checksum::Bech32m))
        decoded.checksum = Bech32Checksum::Bech32m;
    else if (polymod.remainder() != residueOf(Bech32Checksum::Bech32))
        return failure("its checksum is wrong");
    decoded.values.resize(decoded.values.size() - checksumSize);
    return decoded;
}

std::string encodeBech32(std::string_view prefix, std::span<const std::uint8_t> values, Bech32Checksum checksum)
{
    std::string text(prefix);
    text.reserve(prefix.size() + 1 + values.size() + checksumSize);
    text.push_back('1');
    Polymod polymod(prefix);
    for (const std::uint8_t value : values) {
        text.push_back(alphabet[value]);
        polymod.add(value);
    }
    for (std::size_t i = 0; i < checksumSize; ++i)
        polymod.add(0);
    const std::uint32_t sum = polymod.remainder() ^ residueOf(checksum);
    for (std::size_t i = 0; i < checksumSize; ++i)
        text.push_back(alphabet[sum >> 5 * (checksumSize - 1 - i) & 31]);
    return text;
}

} // namespace tipwatch
