// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace tipwatch::simulated {

/// How much weight waits at which feerate, in bands eight percent wide; answers what a transaction must pay to be within reach of a miner.
class FeerateProfile {
public:
    void add(double feerate, std::int64_t weight) { m_weights[bandOf(feerate)] += weight; }
    void remove(double feerate, std::int64_t weight) { m_weights[bandOf(feerate)] -= weight; }

    /// Feerate (sat/vB) above which there is less than @p weight; 0 if there is less in all.
    double at(std::int64_t weight) const
    {
        std::int64_t above = 0;
        for (std::size_t band = m_weights.size(); band-- > 0;) {
            above += m_weights[band];
            if (above >= weight)
                return lowest * std::pow(step, static_cast<double>(band));
        }
        return 0;
    }

private:
    static constexpr double lowest = 0.1; ///< sat/vB, lower edge of the first band
    static constexpr double step = 1.08;

    static std::size_t bandOf(double feerate)
    {
        static const double width = std::log(step);
        const double band = std::log(std::max(feerate, lowest) / lowest) / width;
        return std::min(static_cast<std::size_t>(band), std::size_t{159});
    }

    std::array<std::int64_t, 160> m_weights{};
};

} // namespace tipwatch::simulated
