// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tipwatch {

/// Bytes of the well-formed UTF-8 sequence at the start of @p text (RFC 3629), 0 if there is none. @p text is not empty.
std::size_t utf8SequenceLength(std::string_view text);

bool isUtf8(std::string_view text);

/// @p text with a U+FFFD for each byte that belongs to no sequence.
std::string toUtf8(std::string_view text);

} // namespace tipwatch
