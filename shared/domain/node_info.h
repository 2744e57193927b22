// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// What the node expects to be enough for a confirmation target (estimatesmartfee). Absent where it has no estimate yet.
struct NodeFeeEstimates {
    std::optional<Feerate> nextBlock; ///< 1 to 2 blocks
    std::optional<Feerate> halfHour;  ///< 3 blocks
    std::optional<Feerate> hour;      ///< 6 blocks
    std::optional<Feerate> economy;   ///< 144 blocks
    friend bool operator==(const NodeFeeEstimates &, const NodeFeeEstimates &) = default;
};

/// What it takes to be mined in time, read off the projected blocks (FeeTiers), beside the node's estimates. Absent: the mempool is not known yet.
struct FeeEstimates {
    std::optional<Feerate> nextBlock;
    std::optional<Feerate> halfHour;
    std::optional<Feerate> hour;
    std::optional<Feerate> economy; ///< within hours
    Feerate minimum;                ///< what the node accepts at all; 0 is unknown
    NodeFeeEstimates node{};
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
