// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

class QHostAddress;

namespace tipwatch {

/// The IP address of whoever is on the other side. An IPv4 address that comes as IPv6 (::ffff:192.168.1.7) is the IPv4 address.
class ClientAddress {
public:
    ClientAddress() = default; ///< ::
    explicit ClientAddress(const QHostAddress &address);

    /// @p text: a literal, IPv6 with or without brackets; nothing else, no port, no zone.
    static std::optional<ClientAddress> fromText(std::string_view text);
    std::string toText() const;

    bool isV4() const;

    /// What limits count by: an IPv4 address, or the /64 of an IPv6 address, which is what one subscriber usually has at his disposal.
    std::uint64_t limitKey() const;

    friend bool operator==(const ClientAddress &, const ClientAddress &) = default;

private:
    friend class AddressRange;
    std::array<std::uint8_t, 16> m_bytes{}; ///< IPv6; IPv4 is mapped
};

/// An address or a network.
class AddressRange {
public:
    /// @p text: "10.0.0.1", "10.0.0.0/8", "fd00::/8". Bits behind the prefix do not matter.
    static std::optional<AddressRange> fromText(std::string_view text);

    bool contains(const ClientAddress &address) const;

private:
    ClientAddress m_base;
    unsigned m_bits = 128; ///< of the IPv6 form
};

} // namespace tipwatch
