// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/eviction_queue.h"

#include <algorithm>
#include <limits>

namespace tipwatch::simulated {

namespace {

constexpr std::size_t batchSize = 4096;

} // namespace

float EvictionQueue::scoreOf(Slot slot) const
{
    return static_cast<float>(std::max(m_mempool.at(slot).feerate(), m_mempool.descendantPackage(slot).feerate()));
}

void EvictionQueue::touched(Slot slot)
{
    if (m_bound == 0)
        return;
    const float score = scoreOf(slot);
    if (score < m_bound)
        m_queue.push({score, slot, m_mempool.at(slot).serial});
    if (m_queue.size() > 8 * batchSize) { // nothing was asked for in a long time
        m_queue = {};
        m_bound = 0;
    }
}

Slot EvictionQueue::worst()
{
    for (;;) {
        if (m_queue.empty())
            refill();
        const Candidate candidate = m_queue.top();
        m_queue.pop();
        if (!m_mempool.holds(candidate.slot, candidate.serial))
            continue;
        const float score = scoreOf(candidate.slot);
        if (score == candidate.score) {
            m_queue.push(candidate);
            return candidate.slot;
        }
        touched(candidate.slot);
    }
}

void EvictionQueue::refill()
{
    std::vector<Candidate> all;
    all.reserve(m_mempool.size());
    for (Slot slot = 0; slot < m_mempool.slotCount(); ++slot) {
        if (m_mempool.isUsed(slot))
            all.push_back({scoreOf(slot), slot, m_mempool.at(slot).serial});
    }
    m_bound = std::numeric_limits<float>::infinity();
    if (all.size() > batchSize) {
        const auto end = all.begin() + batchSize;
        std::nth_element(all.begin(), end, all.end(), [](const Candidate &a, const Candidate &b) { return b > a; });
        m_bound = end->score;
        // Equals of the bound may be on either side; what is left out must not be cheaper than the bound, and is not.
        all.erase(end, all.end());
    }
    m_queue = decltype(m_queue)(std::greater<>(), std::move(all));
}

} // namespace tipwatch::simulated
