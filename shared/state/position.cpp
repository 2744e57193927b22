// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/position.h"

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

} // namespace tipwatch
