// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Bytes in base 58 with four bytes of checksum behind them (Bitcoin Core, EncodeBase58Check). @p bytes must be short: the cost is
/// quadratic.
std::string encodeBase58Check(std::span<const std::uint8_t> bytes);

/// The bytes without their checksum. An error says what is wrong; texts too long for an address are refused unread.
Result<std::vector<std::uint8_t>> decodeBase58Check(std::string_view text);

} // namespace tipwatch
