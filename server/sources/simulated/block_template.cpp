// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/block_template.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

constexpr int patience = 300; // packages in a row that do not fit before the block counts as full

class Assembly {
public:
    Assembly(const SimulatedMempool &mempool, std::int64_t weightLimit,
             const std::function<bool(const PooledTransaction &)> &isKnown)
        : m_mempool(mempool), m_left(weightLimit), m_isKnown(isKnown), m_taken(mempool.slotCount(), false)
    {
    }

    std::vector<Slot> run()
    {
        rankAll();
        for (int misfits = 0; !m_candidates.empty() && misfits < patience;) {
            const Candidate best = pop();
            if (m_taken[best.slot])
                continue;
            const std::vector<Slot> package = missing(best.slot);
            if (const float score = scoreOf(package); score < best.score) {
                m_candidates.push_back({score, best.slot}); // an ancestor that paid for it went in already
                std::push_heap(m_candidates.begin(), m_candidates.end());
            } else if (weightOf(package) > m_left) {
                ++misfits;
            } else if (isKnown(package)) {
                take(package);
                misfits = 0;
            }
        }
        return std::move(m_block);
    }

private:
    struct Candidate {
        float score; ///< sat/vB of it with those of its ancestors that are not in the block
        Slot slot;
        bool operator<(const Candidate &other) const { return score != other.score ? score < other.score : slot > other.slot; }
    };

    void rankAll()
    {
        m_candidates.reserve(m_mempool.size());
        for (Slot slot = 0; slot < m_mempool.slotCount(); ++slot) {
            if (m_mempool.isUsed(slot))
                m_candidates.push_back({static_cast<float>(m_mempool.ancestorPackage(slot).feerate()), slot});
        }
        std::make_heap(m_candidates.begin(), m_candidates.end());
    }

    Candidate pop()
    {
        std::pop_heap(m_candidates.begin(), m_candidates.end());
        const Candidate best = m_candidates.back();
        m_candidates.pop_back();
        return best;
    }

    std::vector<Slot> missing(Slot slot) const
    {
        if (!m_mempool.hasParents(slot))
            return {slot};
        std::vector<Slot> package = m_mempool.withAncestors(slot);
        std::erase_if(package, [this](Slot s) { return m_taken[s]; });
        return package;
    }

    float scoreOf(const std::vector<Slot> &package) const
    {
        Package sum;
        for (const Slot slot : package)
            sum.add(m_mempool.at(slot));
        return static_cast<float>(sum.feerate());
    }

    std::int64_t weightOf(const std::vector<Slot> &package) const
    {
        std::int64_t weight = 0;
        for (const Slot slot : package)
            weight += m_mempool.at(slot).weight;
        return weight;
    }

    bool isKnown(const std::vector<Slot> &package) const
    {
        return std::all_of(package.begin(), package.end(), [this](Slot slot) { return m_isKnown(m_mempool.at(slot)); });
    }

    void take(const std::vector<Slot> &package)
    {
        for (const Slot slot : package) {
            m_taken[slot] = true;
            m_left -= m_mempool.at(slot).weight;
            m_block.push_back(slot);
        }
        for (const Slot slot : package) {
            for (const Slot child : m_mempool.children(slot)) {
                if (m_taken[child])
                    continue;
                m_candidates.push_back({scoreOf(missing(child)), child}); // its parent is paid for now
                std::push_heap(m_candidates.begin(), m_candidates.end());
            }
        }
    }

    const SimulatedMempool &m_mempool;
    std::int64_t m_left;
    const std::function<bool(const PooledTransaction &)> &m_isKnown;
    std::vector<bool> m_taken;
    std::vector<Candidate> m_candidates;
    std::vector<Slot> m_block;
};

} // namespace

std::vector<Slot> blockTemplate(const SimulatedMempool &mempool, std::int64_t weightLimit,
                                const std::function<bool(const PooledTransaction &)> &isKnown)
{
    return Assembly(mempool, weightLimit, isKnown).run();
}

} // namespace tipwatch::simulated
