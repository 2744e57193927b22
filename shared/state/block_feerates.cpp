// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/block_feerates.h"

#include <algorithm>
#include <array>

namespace tipwatch {

void BlockFeerates::add(Feerate feerate, Weight weight)
{
    m_known.emplace_back(feerate, weight);
    m_weight += weight.value;
}

std::optional<FeerateRange> BlockFeerates::range(Weight blockWeight)
{
    const std::int64_t paying = std::max<std::int64_t>(blockWeight.value - coinbaseAllowance, m_weight);
    if (m_known.empty() || static_cast<double>(m_weight) < neededShare * static_cast<double>(paying))
        return std::nullopt;
    std::sort(m_known.begin(), m_known.end());
    static constexpr std::array<double, 7> shares{0, 0.10, 0.25, 0.50, 0.75, 0.90, 1};
    FeerateRange range;
    std::size_t point = 0;
    std::int64_t below = 0;
    for (const auto &[feerate, weight] : m_known) {
        below += weight.value;
        while (point < shares.size() && static_cast<double>(below) >= shares[point] * static_cast<double>(m_weight))
            range[point++] = feerate;
    }
    return range;
}

} // namespace tipwatch
