// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/fee_market.h"

#include <algorithm>
#include <array>
#include <numbers>

namespace tipwatch::simulated {

namespace {

constexpr double daySeconds = 86'400;
constexpr double busiestHour = 15; ///< UTC: Europe's afternoon, America's morning
constexpr double walletFloor = 1;  ///< most wallets never offer less, although nodes would take it

/// Feerates that wallets like to offer.
constexpr std::array roundOffers{1.0,  2.0,  3.0,  4.0,  5.0,  6.0,  8.0,   10.0,  12.0,  15.0,  20.0,
                                 25.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0, 300.0, 500.0};

double rounded(double feerate)
{
    const auto above = std::lower_bound(roundOffers.begin(), roundOffers.end(), feerate);
    return above == roundOffers.end() ? feerate : *above;
}

double rhythm(double unixSeconds, double amplitude)
{
    const double hour = std::fmod(unixSeconds, daySeconds) / 3600;
    return 1 + amplitude * std::cos(2 * std::numbers::pi * (hour - busiestHour) / 24);
}

} // namespace

// Rush and quiet follow calm equally often and weigh (rate - 1) * seconds the same, so that the mean rate stays 1.
const FeeMarket::Spell FeeMarket::calm{1.0, 1.0, 2700};
const FeeMarket::Spell FeeMarket::rush{1.6, 2.2, 480};
const FeeMarket::Spell FeeMarket::quiet{0.52, 0.8, 600};

FeeMarket::FeeMarket(std::uint64_t seed) : m_random(seed) {}

double FeeMarket::activity(double unixSeconds) const
{
    return m_spell->rate * rhythm(unixSeconds, 0.25);
}

double FeeMarket::nextSpell()
{
    m_spell = m_spell != &calm ? &calm : m_random.chance(0.5) ? &rush : &quiet;
    return m_random.exponential(m_spell->seconds);
}

std::optional<double> FeeMarket::offer(Random &random, const Prices &prices, double unixSeconds) const
{
    const double mood = m_spell->eagerness * rhythm(unixSeconds, 0.1);
    const double limit = random.logNormal(16 * mood, 1.2);
    const double urgency = random.uniform();
    double price;
    if (urgency < 0.45)
        price = random.logNormal(5 * mood, 0.85); // what this wallet usually offers, whatever others do
    else if (urgency < 0.66)
        price = std::min(random.logNormal(1.04 * prices.nextBlock * std::sqrt(mood), 0.25), limit);
    else if (urgency < 0.80)
        price = std::min(random.logNormal(prices.halfHour * std::sqrt(mood), 0.25), limit);
    else if (urgency < 0.90)
        price = std::min(random.logNormal(prices.hour, 0.2), limit);
    else if (urgency < 0.95)
        price = std::min(random.logNormal(prices.economy, 0.3), limit);
    else if (urgency < 0.985)
        price = std::min(prices.floor * random.uniform(1, 2), limit); // knows what the node takes, and has time
    else
        price = random.logNormal(40, 0.8); // has always paid that
    const bool patient = urgency >= 0.95;
    if (!patient)
        price = std::max(price, walletFloor);
    if (price > walletFloor && random.chance(0.35))
        price = rounded(price);
    if (price >= prices.floor)
        return price;
    if (limit < prices.floor)
        return std::nullopt;
    return prices.floor * (1 + random.exponential(0.05));
}

double FeeMarket::leftover(Random &random)
{
    if (random.chance(0.1))
        return random.uniform(0.1, 1);
    const double feerate = std::max(random.logNormal(3.2, 0.9), walletFloor);
    return random.chance(0.35) ? rounded(feerate) : feerate;
}

} // namespace tipwatch::simulated
