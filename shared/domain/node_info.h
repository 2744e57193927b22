// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// Feerates for a confirmation target. Absent where nothing can be said yet (a fresh node has no estimate).
struct FeeEstimates {
    std::optional<Feerate> nextBlock; ///< 1 to 2 blocks
    std::optional<Feerate> halfHour;  ///< 3 blocks
    std::optional<Feerate> hour;      ///< 6 blocks
    std::optional<Feerate> economy;   ///< 144 blocks
    Feerate minimum;                  ///< what the node accepts at all
    friend bool operator==(const FeeEstimates &, const FeeEstimates &) = default;
};

/// The node among its peers.
struct NetworkInfo {
    std::int32_t peers = 0;
    std::int32_t inbound = 0;
    std::int32_t outbound = 0;
    std::int64_t bytesIn = 0;  ///< since the node's start
    std::int64_t bytesOut = 0; ///< since the node's start
    std::int32_t version = 0;  ///< e.g. 310000
    std::string subversion;    ///< e.g. "/Satoshi:31.0.0/"
    std::vector<std::string> warnings;
    friend bool operator==(const NetworkInfo &, const NetworkInfo &) = default;
};

} // namespace tipwatch
