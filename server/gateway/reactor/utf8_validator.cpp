// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/utf8_validator.h"

#include <cstring>

namespace tipwatch {

bool Utf8Validator::accept(std::string_view bytes)
{
    const char *at = bytes.data();
    const char *const end = at + bytes.size();
    while (at != end) {
        if (m_missing == 0) {
            std::uint64_t eight;
            while (end - at >= 8 && (std::memcpy(&eight, at, 8), (eight & 0x8080808080808080u) == 0))
                at += 8;
            if (at == end)
                break;
        }
        const auto byte = static_cast<std::uint8_t>(*at++);
        if (m_missing == 0) {
            if (byte >= 0x80 && !begin(byte))
                return false;
        } else {
            if (byte < m_low || byte > m_high)
                return false;
            --m_missing;
            m_low = 0x80;
            m_high = 0xbf;
        }
    }
    return true;
}

bool Utf8Validator::begin(std::uint8_t lead)
{
    if (lead < 0xc2 || lead > 0xf4)
        return false;
    m_missing = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    // Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
    if (lead == 0xe0)
        m_low = 0xa0;
    else if (lead == 0xed)
        m_high = 0x9f;
    else if (lead == 0xf0)
        m_low = 0x90;
    else if (lead == 0xf4)
        m_high = 0x8f;
    return true;
}

} // namespace tipwatch
