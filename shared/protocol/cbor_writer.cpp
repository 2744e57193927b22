// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/cbor_writer.h"

#include "shared/protocol/utf8.h"

#include <bit>
#include <cmath>
#include <limits>

namespace tipwatch {

template <class Bits> CborWriter &CborWriter::bigEndian(unsigned char initial, Bits bits)
{
    m_out.push_back(static_cast<char>(initial));
    for (std::size_t i = sizeof bits; i-- > 0;)
        m_out.push_back(static_cast<char>(static_cast<std::uint64_t>(bits) >> (8 * i) & 0xff));
    return *this;
}

CborWriter &CborWriter::head(Major major, std::uint64_t argument)
{
    const auto type = static_cast<unsigned char>(static_cast<unsigned>(major) << 5);
    const auto initial = [&](unsigned information) { return static_cast<unsigned char>(type | information); };
    if (argument < 24) {
        m_out.push_back(static_cast<char>(initial(static_cast<unsigned>(argument))));
        return *this;
    }
    if (argument <= std::numeric_limits<std::uint8_t>::max())
        return bigEndian(initial(24), static_cast<std::uint8_t>(argument));
    if (argument <= std::numeric_limits<std::uint16_t>::max())
        return bigEndian(initial(25), static_cast<std::uint16_t>(argument));
    if (argument <= std::numeric_limits<std::uint32_t>::max())
        return bigEndian(initial(26), static_cast<std::uint32_t>(argument));
    return bigEndian(initial(27), argument);
}

CborWriter &CborWriter::raw(std::string_view cbor)
{
    m_out.append(cbor);
    return *this;
}

CborWriter &CborWriter::writePlain(std::string_view text)
{
    return head(Major::Text, text.size()).raw(text);
}

CborWriter &CborWriter::writeText(std::string_view text)
{
    return isUtf8(text) ? writePlain(text) : writePlain(toUtf8(text));
}

CborWriter &CborWriter::writeInteger(std::int64_t number)
{
    // RFC 8949 §3.1: a negative n is written as -1 - n.
    return number < 0 ? head(Major::Negative, ~static_cast<std::uint64_t>(number))
                      : head(Major::Unsigned, static_cast<std::uint64_t>(number));
}

CborWriter &CborWriter::writeNatural(std::uint64_t number)
{
    return head(Major::Unsigned, number);
}

CborWriter &CborWriter::writeDouble(double number)
{
    if (!std::isfinite(number))
        return null();
    if (std::abs(number) <= std::numeric_limits<float>::max()) {
        const auto narrow = static_cast<float>(number);
        if (static_cast<double>(narrow) == number)
            return bigEndian(0xfa, std::bit_cast<std::uint32_t>(narrow));
    }
    return bigEndian(0xfb, std::bit_cast<std::uint64_t>(number));
}

} // namespace tipwatch
