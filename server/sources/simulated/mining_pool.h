// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"

#include <string_view>

namespace tipwatch::simulated {

/// Who finds blocks, and what they write into the coinbase.
struct MiningPool {
    std::string_view name; ///< empty: nobody known
    std::string_view tag;
    double share; ///< of the hash rate, percent
};

/// Draws one by its share, which is about that of 2025 on the main network.
const MiningPool &drawMiningPool(Random &random);

} // namespace tipwatch::simulated
