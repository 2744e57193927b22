// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tipwatch {

/// What an OP_RETURN output carries: the bytes that @p script pushes behind OP_RETURN, one push after the other. Nothing if it is no such
/// script; what stands behind a push that is cut off is left out.
std::optional<std::string> carriedData(std::span<const std::uint8_t> script);

/// A text to be found in others, letters of ASCII in either case; all else byte for byte.
class TextPattern {
public:
    /// @p text is not empty.
    explicit TextPattern(std::string_view text);
    bool isIn(std::string_view bytes) const;

private:
    std::string m_lower;
};

} // namespace tipwatch
