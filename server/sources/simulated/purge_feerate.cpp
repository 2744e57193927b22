// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/purge_feerate.h"

#include <cmath>

namespace tipwatch::simulated {

namespace {

constexpr double halfLife = 12 * 3600; // seconds, ROLLING_FEE_HALFLIFE
constexpr double leastStep = 10;       // seconds, as in Core

} // namespace

void PurgeFeerate::evicted(double feerate)
{
    if (feerate + incremental <= m_rolling)
        return;
    m_rolling = feerate + incremental;
    m_blockSinceRaise = false;
}

void PurgeFeerate::blockConnected(double now)
{
    m_decayedAt = now;
    m_blockSinceRaise = true;
}

void PurgeFeerate::decay(double now, std::int64_t usage, std::int64_t maxUsage)
{
    if (!m_blockSinceRaise || m_rolling == 0 || now < m_decayedAt + leastStep)
        return;
    double life = halfLife;
    if (usage < maxUsage / 4)
        life /= 4;
    else if (usage < maxUsage / 2)
        life /= 2;
    m_rolling /= std::pow(2.0, (now - m_decayedAt) / life);
    m_decayedAt = now;
    if (m_rolling < incremental / 2)
        m_rolling = 0;
}

} // namespace tipwatch::simulated
