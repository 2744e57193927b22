// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace tipwatch {

/// Name of the pool that signs its blocks with a text found in @p coinbase (the script of the coinbase input, or its readable part), or empty.
/// Valid forever. The texts are those that pools are publicly known to put there; nothing stops others from doing the same.
std::string_view miningPoolOf(std::string_view coinbase);

} // namespace tipwatch
