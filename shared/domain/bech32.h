// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// The two checksums of text in base 32: Bech32 (BIP 173) and Bech32m (BIP 350).
enum class Bech32Checksum { Bech32, Bech32m };

struct Bech32Text {
    Bech32Checksum checksum = Bech32Checksum::Bech32;
    std::string prefix;               ///< human-readable part, in lower case
    std::vector<std::uint8_t> values; ///< of five bits each, without the checksum
};

/// An error says what is wrong. At most 90 characters, as BIP 173 has it.
Result<Bech32Text> decodeBech32(std::string_view text);

/// @p prefix in lower case, @p values of five bits each.
std::string encodeBech32(std::string_view prefix, std::span<const std::uint8_t> values, Bech32Checksum checksum);

} // namespace tipwatch
