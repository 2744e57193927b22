// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/position.h"

#include <charconv>

namespace tipwatch {

std::string Position::epochText() const
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i)
        text[15 - i] = digits[(epoch >> (4 * i)) & 15];
    return text;
}

std::string Position::toText() const
{
    return epochText() + ':' + std::to_string(seq);
}

std::optional<Position> Position::fromText(std::string_view text)
{
    constexpr std::size_t epochDigits = 16;
    if (text.size() <= epochDigits + 1 || text[epochDigits] != ':')
        return std::nullopt;
    const auto readAll = [](std::string_view digits, int base, std::uint64_t &number) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
        return error == std::errc() && end == digits.data() + digits.size();
    };
    Position position;
    if (!readAll(text.substr(0, epochDigits), 16, position.epoch) || !readAll(text.substr(epochDigits + 1), 10, position.seq))
        return std::nullopt;
    return position;
}

} // namespace tipwatch
