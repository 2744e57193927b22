// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tipwatch {

/// 32 bytes in the order of the peer-to-peer protocol. Text is in RPC order, the bytes reversed (Bitcoin Core, uint256).
template <class Tag> class Hash256 {
public:
    using Bytes = std::array<std::uint8_t, 32>;

    constexpr Hash256() = default;
    constexpr explicit Hash256(const Bytes &bytes) : m_bytes(bytes) {}

    /// @return nothing unless @p hex is exactly 64 hexadecimal digits.
    static std::optional<Hash256> fromHex(std::string_view hex)
    {
        Hash256 hash;
        if (hex.size() != 64)
            return std::nullopt;
        for (std::size_t i = 0; i < 32; ++i) {
            const int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);
            if (high < 0 || low < 0)
                return std::nullopt;
            hash.m_bytes[31 - i] = static_cast<std::uint8_t>(high << 4 | low);
        }
        return hash;
    }

    /// @p bytes in RPC order, as ZMQ bodies have them.
    static Hash256 fromReversed(std::span<const std::uint8_t, 32> bytes)
    {
        Hash256 hash;
        for (std::size_t i = 0; i < 32; ++i)
            hash.m_bytes[31 - i] = bytes[i];
        return hash;
    }

    std::array<char, 64> hexDigits() const
    {
        static constexpr char digits[] = "0123456789abcdef";
        std::array<char, 64> hex;
        for (std::size_t i = 0; i < 32; ++i) {
            hex[2 * i] = digits[m_bytes[31 - i] >> 4];
            hex[2 * i + 1] = digits[m_bytes[31 - i] & 15];
        }
        return hex;
    }

    void appendHex(std::string &out) const
    {
        const auto hex = hexDigits();
        out.append(hex.data(), hex.size());
    }

    std::string toHex() const
    {
        const auto hex = hexDigits();
        return std::string(hex.data(), hex.size());
    }

    const Bytes &bytes() const { return m_bytes; }
    bool isNull() const { return m_bytes == Bytes{}; }

    friend constexpr auto operator<=>(const Hash256 &, const Hash256 &) = default;

private:
    static constexpr int nibble(char c)
    {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
            return c - 'A' + 10;
        return -1;
    }

    Bytes m_bytes{};
};

using TxId = Hash256<struct TxIdTag>;
using WtxId = Hash256<struct WtxIdTag>;
using BlockHash = Hash256<struct BlockHashTag>;

/// Hashes are uniformly distributed, so any eight bytes of one serve; block hashes end in zeros, so not the last ones.
struct HashOfHash256 {
    template <class Tag> std::size_t operator()(const Hash256<Tag> &hash) const noexcept
    {
        std::size_t value;
        std::memcpy(&value, hash.bytes().data(), sizeof value);
        return value;
    }
};

} // namespace tipwatch
