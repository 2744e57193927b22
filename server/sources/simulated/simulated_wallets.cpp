// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_wallets.h"

#include "server/sources/simulated/transaction_shape.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

constexpr double recentChangeShare = 0.10; ///< of transactions spend what is not confirmed yet
constexpr double rescueShare = 0.025;
constexpr double chainShare = 0.5; ///< of those that spend recent change go on where the last one did
constexpr double secondParentShare = 0.2;
constexpr std::size_t ringSize = 512;
constexpr std::size_t ancestorLimit = 25;    ///< what wallets keep to, itself included
constexpr std::size_t replacementLimit = 25; ///< transactions one replacement may take out; Core's limit is 100
constexpr double highestOffer = 2000;        ///< sat/vB; nobody pays more than that for a bump
constexpr std::uint32_t smallWeight = 900;   ///< of a child whose only purpose is to pay
constexpr std::int64_t longestRescue = 1500; ///< vB that such a child pays for

} // namespace

std::uint32_t feeFor(double feerate, double vsize)
{
    return static_cast<std::uint32_t>(std::clamp(std::ceil(feerate * vsize), 1.0, 4e9));
}

Draft SimulatedWallets::spend(double feerate)
{
    const double kind = m_random.uniform();
    if (kind < rescueShare) {
        if (auto draft = rescue(feerate))
            return *std::move(draft);
    }
    Draft draft{drawTransaction(), {}, {}};
    draft.transaction.fee = feeFor(feerate, draft.transaction.vsize());
    if (kind > 1 - recentChangeShare)
        chooseParents(draft, shapeOf(draft.transaction.shape).inputs);
    return draft;
}

std::optional<Draft> SimulatedWallets::bump(double feerate)
{
    const auto original = cheapOne(6);
    if (!original || m_mempool.at(*original).feerate() * 1.1 > feerate)
        return std::nullopt;
    return replace(*original, feerate, 0);
}

std::optional<Draft> SimulatedWallets::bumpSlightly(double floor, double incremental)
{
    const auto original = cheapOne(3);
    if (!original || m_mempool.hasChildren(*original))
        return std::nullopt;
    const double feerate = std::max(floor, m_mempool.at(*original).feerate() + m_random.uniform(1, 5) * incremental);
    return replace(*original, feerate, incremental);
}

void SimulatedWallets::arrived(Slot slot)
{
    const std::pair entry{slot, m_mempool.at(slot).serial};
    if (m_recent.size() < ringSize)
        m_recent.push_back(entry);
    else
        m_recent[m_next] = entry;
    m_next = (m_next + 1) % ringSize;
}

/// A recent arrival with an output left: the very latest child, so that chains grow, or any.
std::optional<Slot> SimulatedWallets::recent()
{
    if (m_recent.empty())
        return std::nullopt;
    if (m_random.chance(chainShare)) {
        for (std::size_t back = 1; back <= std::min<std::size_t>(m_recent.size(), 40); ++back) {
            const auto [slot, serial] = m_recent[(m_next + m_recent.size() - back) % m_recent.size()];
            if (m_mempool.holds(slot, serial) && m_mempool.hasParents(slot) && canSpend(slot))
                return slot;
        }
    }
    const auto [slot, serial] = m_recent[m_random.below(m_recent.size())];
    return m_mempool.holds(slot, serial) && canSpend(slot) ? std::optional(slot) : std::nullopt;
}

std::optional<Slot> SimulatedWallets::cheapOne(int looks)
{
    if (m_mempool.size() == 0)
        return std::nullopt;
    Slot cheapest = m_mempool.any(m_random);
    for (int i = 1; i < looks; ++i) {
        const Slot other = m_mempool.any(m_random);
        if (m_mempool.at(other).feerate() < m_mempool.at(cheapest).feerate())
            cheapest = other;
    }
    return cheapest;
}

bool SimulatedWallets::canSpend(Slot parent) const
{
    const auto outputs = static_cast<std::size_t>(shapeOf(m_mempool.at(parent).shape).outputs);
    return m_mempool.children(parent).size() < outputs && m_mempool.withAncestors(parent).size() < ancestorLimit &&
           m_mempool.cluster(parent).size() < SimulatedMempool::clusterLimit;
}

void SimulatedWallets::chooseParents(Draft &draft, std::int32_t inputs)
{
    const auto first = recent();
    if (!first)
        return;
    draft.parents.push_back(*first);
    if (inputs < 2 || !m_random.chance(secondParentShare))
        return;
    const auto second = recent();
    if (!second || *second == *first)
        return;
    const bool fits = m_mempool.cluster(*first).size() + m_mempool.cluster(*second).size() < SimulatedMempool::clusterLimit &&
                      m_mempool.withAncestors(*first).size() + m_mempool.withAncestors(*second).size() < ancestorLimit;
    if (fits)
        draft.parents.push_back(*second);
}

std::optional<Draft> SimulatedWallets::rescue(double feerate)
{
    const auto parent = cheapOne(6);
    if (!parent || !canSpend(*parent))
        return std::nullopt;
    Draft draft{drawTransaction(), {*parent}, {}};
    for (int tries = 0; draft.transaction.weight > smallWeight && tries < 8; ++tries)
        draft.transaction = drawTransaction();
    const Package stuck = m_mempool.ancestorPackage(*parent);
    if (stuck.feerate() * 1.2 > feerate || stuck.vsize > longestRescue || draft.transaction.weight > smallWeight)
        return std::nullopt;
    const double missing = feerate * static_cast<double>(stuck.vsize) - static_cast<double>(stuck.fee);
    draft.transaction.fee = feeFor(feerate + missing / draft.transaction.vsize(), draft.transaction.vsize());
    return draft;
}

/// Keeps to BIP 125 as Core applies it: a higher feerate than the original's, and more fee than all that go, by the incremental feerate.
std::optional<Draft> SimulatedWallets::replace(Slot original, double feerate, double incremental) const
{
    Draft draft{m_mempool.at(original), m_mempool.parents(original), m_mempool.withDescendants(original)};
    if (draft.replaced.size() > replacementLimit || feerate > highestOffer)
        return std::nullopt;
    Package gone;
    for (const Slot slot : draft.replaced)
        gone.add(m_mempool.at(slot));
    const double vsize = draft.transaction.vsize();
    const double least = static_cast<double>(gone.fee) + std::max(incremental, 0.1) * vsize + 1;
    draft.transaction.fee = feeFor(std::max(feerate, least / vsize), vsize);
    return draft;
}

PooledTransaction SimulatedWallets::drawTransaction()
{
    PooledTransaction transaction;
    transaction.shape = static_cast<std::uint32_t>(m_random.next());
    transaction.weight = static_cast<std::uint32_t>(weightOf(transaction.shape).value);
    return transaction;
}

} // namespace tipwatch::simulated
