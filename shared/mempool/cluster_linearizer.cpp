// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/cluster_linearizer.h"

#include <queue>

#include <algorithm>
#include <bit>
#include <numeric>

namespace tipwatch {

namespace {

constexpr std::size_t mostByAncestors = 256; // transactions; looking for the best set of ancestors is quadratic

constexpr std::uint64_t bit(std::size_t i)
{
    return std::uint64_t{1} << i;
}

/// Calls @p visit for every member of @p set.
template <class Visit> void forEach(std::uint64_t set, Visit visit)
{
    for (; set != 0; set &= set - 1)
        visit(static_cast<std::size_t>(std::countr_zero(set)));
}

bool paysMore(std::int64_t feeA, std::int64_t weightA, std::int64_t feeB, std::int64_t weightB)
{
    return static_cast<__int128>(feeA) * weightB > static_cast<__int128>(feeB) * weightA;
}

} // namespace

const std::vector<ClusterLinearizer::Part> &ClusterLinearizer::divide(std::span<const Transaction> cluster)
{
    m_parts.clear();
    m_cluster = cluster;
    if (cluster.size() <= exactSize)
        divideExactly(cluster);
    else if (cluster.size() <= mostByAncestors)
        divideByAncestors(cluster);
    else
        divideByOwnFeerate(cluster);
    return m_parts;
}

// --- the optimum

void ClusterLinearizer::divideExactly(std::span<const Transaction> cluster)
{
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        m_parents[i] = 0;
        for (const std::uint32_t parent : cluster[i].parents)
            m_parents[i] |= bit(parent);
    }
    if (!cluster.empty())
        divide(cluster.size() == exactSize ? ~Set{0} : bit(cluster.size()) - 1);
}

void ClusterLinearizer::divide(Set set)
{
    std::int64_t fee = 0, weight = 0;
    forEach(set, [&](std::size_t i) {
        fee += m_cluster[i].fee;
        weight += m_cluster[i].weight;
    });
    const Set best = bestPart(set, fee, weight);
    if (best == 0)
        return appendSmallest(set);
    divide(best);
    divide(set & ~best);
}

/// The smallest part of @p set, closed under parents, that exceeds the feerate of the whole by the most money; empty if none exceeds it.
/// What pays more than the whole's feerate passes its surplus on to the parents it needs. What cannot be placed there is worth more than
/// all it needs: that, with those, is the part.
ClusterLinearizer::Set ClusterLinearizer::bestPart(Set set, std::int64_t fee, std::int64_t weight)
{
    forEach(set, [&](std::size_t i) {
        m_surplus[i] = static_cast<Wide>(m_cluster[i].fee) * weight - static_cast<Wide>(fee) * m_cluster[i].weight;
        m_flowFrom[i] = 0;
    });
    Set reached = 0;
    while (augment(set, reached)) {}
    return reached;
}

/// Moves surplus along one shortest path. @return false if there is none; then @p reached is what surplus is left in, and all that it leans on.
bool ClusterLinearizer::augment(Set set, Set &reached)
{
    std::array<std::uint8_t, exactSize> open, from;
    std::size_t first = 0, last = 0;
    reached = 0;
    forEach(set, [&](std::size_t i) {
        if (m_surplus[i] > 0) {
            open[last++] = static_cast<std::uint8_t>(i);
            from[i] = static_cast<std::uint8_t>(i);
            reached |= bit(i);
        }
    });
    while (first < last) {
        const std::size_t at = open[first++];
        if (m_surplus[at] < 0) {
            std::size_t source = at;
            Wide amount = -m_surplus[at];
            for (; from[source] != source; source = from[source]) {
                if ((m_parents[from[source]] & bit(source)) == 0)
                    amount = std::min(amount, m_flow[source][from[source]]); // takes back what came the other way
            }
            amount = std::min(amount, m_surplus[source]);
            m_surplus[source] -= amount;
            m_surplus[at] += amount;
            for (std::size_t to = at; from[to] != to; to = from[to]) {
                const std::size_t giver = from[to];
                if ((m_parents[giver] & bit(to)) != 0) {
                    if ((m_flowFrom[to] & bit(giver)) == 0)
                        m_flow[giver][to] = 0;
                    m_flow[giver][to] += amount;
                    m_flowFrom[to] |= bit(giver);
                } else if ((m_flow[to][giver] -= amount) == 0) {
                    m_flowFrom[giver] &= ~bit(to);
                }
            }
            return true;
        }
        const Set next = (m_parents[at] | m_flowFrom[at]) & set & ~reached;
        reached |= next;
        forEach(next, [&](std::size_t i) {
            open[last++] = static_cast<std::uint8_t>(i);
            from[i] = static_cast<std::uint8_t>(at);
        });
    }
    return false;
}

ClusterLinearizer::Set ClusterLinearizer::reach(Set from, Set within) const
{
    Set found = from, open = from;
    while (open != 0) {
        Set next = 0;
        forEach(open, [&](std::size_t i) { next |= m_parents[i] | m_flowFrom[i]; });
        open = next & within & ~found;
        found |= open;
    }
    return found;
}

/// @p set has no part that pays more than the whole, but perhaps parts that pay the same: those that lean on nothing outside of themselves
/// now that every surplus is placed. Of several the lightest comes first, then the one whose highest txid is lowest.
void ClusterLinearizer::appendSmallest(Set set)
{
    if (std::popcount(set) == 1)
        return append(set);
    std::array<Set, exactSize> leansOn;
    forEach(set, [&](std::size_t i) { leansOn[i] = reach(bit(i), set); });
    while (set != 0) {
        Set best = 0;
        std::pair<std::int64_t, std::uint32_t> bestRank;
        for (Set left = set; left != 0;) {
            const Set part = leansOn[static_cast<std::size_t>(std::countr_zero(left))] & set;
            left &= left - 1;
            bool isSmallest = true;
            std::pair<std::int64_t, std::uint32_t> rank;
            forEach(part, [&](std::size_t i) {
                isSmallest = isSmallest && (leansOn[i] & set) == part;
                rank.first += m_cluster[i].weight;
                rank.second = std::max(rank.second, m_cluster[i].tie);
            });
            if (!isSmallest)
                continue;
            left &= ~part;
            if (best == 0 || rank < bestRank) {
                best = part;
                bestRank = rank;
            }
        }
        append(best);
        set &= ~best;
    }
}

void ClusterLinearizer::append(Set set)
{
    Part part;
    part.members.reserve(static_cast<std::size_t>(std::popcount(set)));
    forEach(set, [&](std::size_t i) {
        part.fee += m_cluster[i].fee;
        part.weight += m_cluster[i].weight;
        part.members.push_back(static_cast<std::uint32_t>(i));
    });
    m_parts.push_back(std::move(part));
}

// --- large clusters

void ClusterLinearizer::divideByAncestors(std::span<const Transaction> cluster)
{
    const std::size_t size = cluster.size();
    std::vector<bool> done(size, false);
    const auto withAncestors = [&](std::uint32_t start) {
        Part part;
        std::vector<bool> seen(size, false);
        seen[start] = true;
        part.members.push_back(start);
        for (std::size_t i = 0; i < part.members.size(); ++i) {
            const Transaction &at = cluster[part.members[i]];
            part.fee += at.fee;
            part.weight += at.weight;
            for (const std::uint32_t parent : at.parents) {
                if (!done[parent] && !seen[parent]) {
                    seen[parent] = true;
                    part.members.push_back(parent);
                }
            }
        }
        return part;
    };
    std::vector<Part> sets(size);
    for (std::uint32_t i = 0; i < size; ++i)
        sets[i] = withAncestors(i);
    for (std::size_t left = size; left > 0;) {
        const Part *best = nullptr;
        for (std::uint32_t i = 0; i < size; ++i) {
            if (!done[i] && (!best || paysMore(sets[i].fee, sets[i].weight, best->fee, best->weight)))
                best = &sets[i];
        }
        Part taken = *best;
        for (const std::uint32_t member : taken.members)
            done[member] = true;
        left -= taken.members.size();
        for (std::uint32_t i = 0; i < size; ++i) {
            const bool touched =
                !done[i] && std::ranges::any_of(sets[i].members, [&](std::uint32_t member) { return done[member]; });
            if (touched)
                sets[i] = withAncestors(i);
        }
        appendMerging(std::move(taken));
    }
}

/// As soon as all its parents are placed, a transaction competes by what it pays itself.
void ClusterLinearizer::divideByOwnFeerate(std::span<const Transaction> cluster)
{
    std::vector<std::uint32_t> missing(cluster.size(), 0);
    std::vector<std::vector<std::uint32_t>> children(cluster.size());
    const auto paysLess = [&](std::uint32_t a, std::uint32_t b) {
        return paysMore(cluster[b].fee, cluster[b].weight, cluster[a].fee, cluster[a].weight);
    };
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, decltype(paysLess)> ready(paysLess);
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        missing[i] = static_cast<std::uint32_t>(cluster[i].parents.size());
        for (const std::uint32_t parent : cluster[i].parents)
            children[parent].push_back(i);
        if (missing[i] == 0)
            ready.push(i);
    }
    while (!ready.empty()) {
        const std::uint32_t next = ready.top();
        ready.pop();
        for (const std::uint32_t child : children[next]) {
            if (--missing[child] == 0)
                ready.push(child);
        }
        appendMerging({cluster[next].fee, cluster[next].weight, {next}});
    }
}

/// What pays more than what stands before it is mined together with that.
void ClusterLinearizer::appendMerging(Part part)
{
    while (!m_parts.empty() && paysMore(part.fee, part.weight, m_parts.back().fee, m_parts.back().weight)) {
        Part &before = m_parts.back();
        part.fee += before.fee;
        part.weight += before.weight;
        part.members.insert(part.members.end(), before.members.begin(), before.members.end());
        m_parts.pop_back();
    }
    m_parts.push_back(std::move(part));
}

} // namespace tipwatch
