// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/data_text.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::uint8_t opReturn = 0x6a, opPushData1 = 0x4c, opPushData2 = 0x4d, opPushData4 = 0x4e;

char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The number of @p bytes little-endian bytes at the start of @p script, which are taken off it. Nothing if there are not so many.
std::optional<std::size_t> takeLength(std::span<const std::uint8_t> &script, std::size_t bytes)
{
    if (script.size() < bytes)
        return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = bytes; i-- > 0;)
        length = length << 8 | script[i];
    script = script.subspan(bytes);
    return length;
}

} // namespace

std::optional<std::string> carriedData(std::span<const std::uint8_t> script)
{
    if (script.empty() || script.front() != opReturn)
        return std::nullopt;
    script = script.subspan(1);
    std::string data;
    while (!script.empty()) {
        const std::uint8_t op = script.front();
        script = script.subspan(1);
        if (op > opPushData4) // OP_1 and the like push a number, all else nothing
            continue;
        const auto length = op < opPushData1    ? std::optional<std::size_t>(op)
                            : op == opPushData1 ? takeLength(script, 1)
                            : op == opPushData2 ? takeLength(script, 2)
                                                : takeLength(script, 4);
        if (!length || *length > script.size())
            break;
        data.append(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(*length));
        script = script.subspan(*length);
    }
    return data;
}

TextPattern::TextPattern(std::string_view text) : m_lower(text)
{
    std::ranges::transform(m_lower, m_lower.begin(), lowered);
}

bool TextPattern::isIn(std::string_view bytes) const
{
    return std::search(bytes.begin(), bytes.end(), m_lower.begin(), m_lower.end(),
                       [](char a, char b) { return lowered(a) == b; }) != bytes.end();
}

} // namespace tipwatch
