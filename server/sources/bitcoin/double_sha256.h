// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace tipwatch {

/// SHA-256 of the SHA-256 of the concatenated @p parts: how Bitcoin names transactions, blocks and merkle nodes.
std::array<std::uint8_t, 32> doubleSha256(std::initializer_list<std::span<const std::uint8_t>> parts);

} // namespace tipwatch
