// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tipwatch {

/// Lower edges (sat/vB) of the feerate histogram's bands; the last band is open.
inline constexpr std::array<double, 24> feerateBands{0,  1,  2,  3,  4,  5,   6,   8,   10,  12,  15,  20,
                                                     30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 600, 1000};

/// Which of feerateBands @p feerate falls into; what is below all of them counts for the first.
inline std::size_t feerateBandOf(Feerate feerate)
{
    const auto above = std::upper_bound(feerateBands.begin(), feerateBands.end(), feerate.value);
    return above == feerateBands.begin() ? 0 : static_cast<std::size_t>(above - feerateBands.begin() - 1);
}

struct FeerateBand {
    Feerate from; ///< lower edge
    VBytes vsize; ///< of the transactions in the band
    friend bool operator==(const FeerateBand &, const FeerateBand &) = default;
};

/// The mempool in figures. Sums cover the described transactions; count covers all.
struct MempoolSummary {
    std::int64_t count = 0;       ///< transactions in the view
    std::int64_t undescribed = 0; ///< of these, known by txid only so far
    VBytes vsize;
    Satoshi totalFees;
    std::int64_t usage = 0;             ///< bytes of memory in the node
    std::int64_t maxUsage = 0;          ///< bytes; 0 is unknown
    Feerate minFeerate;                 ///< below this the node refuses (purge or relay feerate, the higher)
    double bytesPerSecond = 0;          ///< arriving virtual bytes, over the last 60 s
    double txPerSecond = 0;             ///< arriving transactions, over the last 60 s
    std::vector<FeerateBand> histogram; ///< bands with something in them, cheapest first
    bool exact = false;                 ///< proven equal to the node's
    std::int64_t resyncs = 0;           ///< since start
    friend bool operator==(const MempoolSummary &, const MempoolSummary &) = default;
};

} // namespace tipwatch
