// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace tipwatch {

/// Checks UTF-8 that arrives in pieces (Unicode, table 3-7) and says at the first impossible byte that it is none.
class Utf8Validator {
public:
    /// @return false at the first byte that no valid text could have here. The validator is of no use then.
    bool accept(std::string_view bytes);
    /// Whether the text could end here.
    bool isComplete() const { return m_missing == 0; }
    void reset() { *this = Utf8Validator(); }

private:
    bool begin(std::uint8_t lead);

    std::uint8_t m_missing = 0; ///< continuation bytes still to come
    std::uint8_t m_low = 0x80;  ///< bounds of the next one
    std::uint8_t m_high = 0xbf;
};

} // namespace tipwatch
