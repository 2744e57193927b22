// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tipwatch::test {

/// The wire bytes of a client's frame, right or wrong as asked for.
struct ClientFrame {
    unsigned opcode = 1;
    std::string payload;
    bool fin = true;
    bool masked = true;
    unsigned rsv = 0;             ///< the three bits
    int lengthBytes = -1;         ///< 0, 2 or 8 of extended length; -1: the shortest form
    std::uint64_t length = ~0ull; ///< as it is said; all ones: the payload's

    std::string bytes() const
    {
        const std::uint64_t said = length == ~0ull ? payload.size() : length;
        const int extended = lengthBytes >= 0 ? lengthBytes : said < 126 ? 0 : said <= 0xffff ? 2 : 8;
        std::string out;
        out.push_back(static_cast<char>((fin ? 0x80u : 0u) | rsv << 4 | opcode));
        const unsigned shortLength = extended == 8 ? 127u : extended == 2 ? 126u : static_cast<unsigned>(said);
        out.push_back(static_cast<char>((masked ? 0x80u : 0u) | shortLength));
        for (int i = extended - 1; i >= 0; --i)
            out.push_back(static_cast<char>(said >> (8 * i) & 0xff));
        if (!masked)
            return out + payload;
        constexpr std::array<unsigned char, 4> mask{0x37, 0xfa, 0x21, 0x3d};
        for (const unsigned char byte : mask)
            out.push_back(static_cast<char>(byte));
        for (std::size_t i = 0; i < payload.size(); ++i)
            out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]));
        return out;
    }
};

inline std::string textFrame(std::string payload, bool fin = true)
{
    return ClientFrame{1, std::move(payload), fin}.bytes();
}

inline std::string continuation(std::string payload, bool fin)
{
    return ClientFrame{0, std::move(payload), fin}.bytes();
}

inline std::string closeFrame(unsigned code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return ClientFrame{8, payload.append(reason)}.bytes();
}

} // namespace tipwatch::test
