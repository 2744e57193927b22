// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"

#include <cstdint>
#include <optional>

namespace tipwatch::simulated {

/// Feerates (sat/vB) that wallets believe in when they make an offer.
struct Prices {
    double nextBlock = 1;
    double halfHour = 1;
    double hour = 1;
    double economy = 1;
    double floor = 0.1; ///< below this the node refuses
};

/// How busy people are and what they offer: a daily rhythm (UTC), spells of rush and of quiet, and a limit to what each will pay, so that
/// high prices push some out. Deterministic for a seed and a sequence of calls.
class FeeMarket {
public:
    explicit FeeMarket(std::uint64_t seed);

    /// Factor on the mean rate of arrivals at a moment (Unix seconds). Its mean over a day, spells included, is 1.
    double activity(double unixSeconds) const;

    /// Begins a spell, calm at first. @return how long it lasts, in seconds.
    double nextSpell();

    /// An offer in sat/vB, not below the floor; nothing if it is more than this wallet would pay.
    std::optional<double> offer(Random &random, const Prices &prices, double unixSeconds) const;

    /// A feerate as it would be found lying in a mempool that has waited for a while.
    static double leftover(Random &random);

private:
    struct Spell {
        double rate;      ///< factor on arrivals
        double eagerness; ///< factor on offers
        double seconds;   ///< mean duration
    };
    static const Spell calm, rush, quiet;

    Random m_random;
    const Spell *m_spell = &quiet; ///< until nextSpell() is called for the first time; calm follows
};

} // namespace tipwatch::simulated
