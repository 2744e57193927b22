// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace tipwatch {

/// Name of the pool that signs its blocks with @p coinbaseTag, or empty. Valid forever.
/// The table holds the texts that pools are publicly known to put into their coinbase inputs.
std::string_view miningPoolOf(std::string_view coinbaseTag);

} // namespace tipwatch
