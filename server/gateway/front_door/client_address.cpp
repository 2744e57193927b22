// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/client_address.h"

#include <arpa/inet.h>

#include <QHostAddress>

#include <algorithm>
#include <charconv>

namespace tipwatch {

namespace {

constexpr std::array<std::uint8_t, 12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t longestText = INET6_ADDRSTRLEN;

} // namespace

ClientAddress::ClientAddress(const QHostAddress &address)
{
    const Q_IPV6ADDR v6 = address.toIPv6Address(); // maps IPv4
    std::copy(std::begin(v6.c), std::end(v6.c), m_bytes.begin());
}

std::optional<ClientAddress> ClientAddress::fromText(std::string_view text)
{
    if (text.starts_with('[') && text.ends_with(']') && text.find(':') != std::string_view::npos)
        text = text.substr(1, text.size() - 2);
    if (text.size() > longestText || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string literal(text);
    ClientAddress address;
    if (::inet_pton(AF_INET6, literal.c_str(), address.m_bytes.data()) == 1)
        return address;
    std::copy(mappedPrefix.begin(), mappedPrefix.end(), address.m_bytes.begin());
    if (::inet_pton(AF_INET, literal.c_str(), address.m_bytes.data() + mappedPrefix.size()) == 1)
        return address;
    return std::nullopt;
}

bool ClientAddress::isV4() const
{
    return std::equal(mappedPrefix.begin(), mappedPrefix.end(), m_bytes.begin());
}

std::string ClientAddress::toText() const
{
    std::array<char, longestText> text{};
    if (isV4())
        ::inet_ntop(AF_INET, m_bytes.data() + mappedPrefix.size(), text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, m_bytes.data(), text.data(), text.size());
    return text.data();
}

std::uint64_t ClientAddress::limitKey() const
{
    const auto number = [this](std::size_t from, std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = from; i < from + count; ++i)
            value = value << 8 | m_bytes[i];
        return value;
    };
    // ffff::/16 is multicast, nobody comes from there.
    return isV4() ? 0xffff'0000'0000'0000u | number(12, 4) : number(0, 8);
}

std::optional<AddressRange> AddressRange::fromText(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto base = ClientAddress::fromText(text.substr(0, slash));
    if (!base)
        return std::nullopt;
    AddressRange range;
    range.m_base = *base;
    if (slash == std::string_view::npos)
        return range;
    const std::string_view length = text.substr(slash + 1);
    // A mapped network is meant as IPv4 only if it is written as such.
    const bool isV4 = text.substr(0, slash).find(':') == std::string_view::npos;
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc() || end != length.data() + length.size() || bits > (isV4 ? 32u : 128u))
        return std::nullopt;
    range.m_bits = isV4 ? 96 + bits : bits;
    return range;
}

bool AddressRange::contains(const ClientAddress &address) const
{
    const std::size_t whole = m_bits / 8;
    const auto &base = m_base.m_bytes, &other = address.m_bytes;
    if (!std::equal(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(whole), other.begin()))
        return false;
    const unsigned rest = m_bits % 8;
    return rest == 0 || (base[whole] ^ other[whole]) >> (8 - rest) == 0;
}

} // namespace tipwatch
