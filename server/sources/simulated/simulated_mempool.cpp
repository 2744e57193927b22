// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_mempool.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

/// Families are small (clusterLimit), so looking through what was found is faster than a set.
bool insertNew(std::vector<Slot> &found, Slot slot)
{
    if (std::find(found.begin(), found.end(), slot) != found.end())
        return false;
    found.push_back(slot);
    return true;
}

} // namespace

Slot SimulatedMempool::add(const PooledTransaction &transaction, std::span<const Slot> parents)
{
    Slot slot;
    if (m_freeNodes.empty()) {
        slot = slotCount();
        m_nodes.emplace_back();
    } else {
        slot = m_freeNodes.back();
        m_freeNodes.pop_back();
    }
    m_nodes[slot].transaction = transaction;
    for (const Slot parent : parents)
        link(parent, slot);
    ++m_count;
    m_usage += usageOf(transaction);
    m_profile.add(transaction.feerate(), transaction.weight);
    return slot;
}

void SimulatedMempool::link(Slot parent, Slot child)
{
    EdgeIndex index;
    if (m_freeEdges.empty()) {
        index = static_cast<EdgeIndex>(m_edges.size());
        m_edges.emplace_back();
    } else {
        index = m_freeEdges.back();
        m_freeEdges.pop_back();
    }
    m_edges[index] = {parent, child, m_nodes[child].firstParent, m_nodes[parent].firstChild};
    m_nodes[child].firstParent = index;
    m_nodes[parent].firstChild = index;
}

void SimulatedMempool::dropEdge(EdgeIndex index)
{
    const Edge edge = m_edges[index];
    EdgeIndex *place = &m_nodes[edge.child].firstParent;
    while (*place != index)
        place = &m_edges[*place].nextParent;
    *place = edge.nextParent;
    place = &m_nodes[edge.parent].firstChild;
    while (*place != index)
        place = &m_edges[*place].nextChild;
    *place = edge.nextChild;
    m_freeEdges.push_back(index);
}

void SimulatedMempool::remove(Slot slot)
{
    Node &node = m_nodes[slot];
    while (node.firstParent != noEdge)
        dropEdge(node.firstParent);
    while (node.firstChild != noEdge)
        dropEdge(node.firstChild);
    --m_count;
    m_usage -= usageOf(node.transaction);
    m_profile.remove(node.transaction.feerate(), node.transaction.weight);
    node.transaction = {};
    m_freeNodes.push_back(slot);
}

std::size_t SimulatedMempool::memory() const
{
    return m_nodes.capacity() * sizeof(Node) + m_freeNodes.capacity() * sizeof(Slot) + m_edges.capacity() * sizeof(Edge) +
           m_freeEdges.capacity() * sizeof(EdgeIndex);
}

Slot SimulatedMempool::any(Random &random) const
{
    for (;;) {
        const auto slot = static_cast<Slot>(random.below(m_nodes.size()));
        if (isUsed(slot))
            return slot;
    }
}

template <class Visit> void SimulatedMempool::forEachParent(Slot slot, Visit visit) const
{
    for (EdgeIndex i = m_nodes[slot].firstParent; i != noEdge; i = m_edges[i].nextParent)
        visit(m_edges[i].parent);
}

template <class Visit> void SimulatedMempool::forEachChild(Slot slot, Visit visit) const
{
    for (EdgeIndex i = m_nodes[slot].firstChild; i != noEdge; i = m_edges[i].nextChild)
        visit(m_edges[i].child);
}

std::vector<Slot> SimulatedMempool::parents(Slot slot) const
{
    std::vector<Slot> found;
    forEachParent(slot, [&](Slot parent) { found.push_back(parent); });
    return found;
}

std::vector<Slot> SimulatedMempool::children(Slot slot) const
{
    std::vector<Slot> found;
    forEachChild(slot, [&](Slot child) { found.push_back(child); });
    return found;
}

std::vector<Slot> SimulatedMempool::withAncestors(Slot slot) const
{
    std::vector<Slot> found{slot};
    for (std::size_t i = 0; i < found.size(); ++i)
        forEachParent(found[i], [&](Slot parent) { insertNew(found, parent); });
    sortBySerial(found);
    return found;
}

std::vector<Slot> SimulatedMempool::withDescendants(Slot slot) const
{
    std::vector<Slot> found{slot};
    for (std::size_t i = 0; i < found.size(); ++i)
        forEachChild(found[i], [&](Slot child) { insertNew(found, child); });
    sortBySerial(found);
    return found;
}

std::vector<Slot> SimulatedMempool::cluster(Slot slot) const
{
    std::vector<Slot> found{slot};
    const auto visit = [&](Slot relative) { insertNew(found, relative); };
    for (std::size_t i = 0; i < found.size() && found.size() < clusterLimit; ++i) {
        forEachParent(found[i], visit);
        forEachChild(found[i], visit);
    }
    return found;
}

Package SimulatedMempool::ancestorPackage(Slot slot) const
{
    Package package;
    if (!hasParents(slot)) {
        package.add(at(slot));
        return package;
    }
    for (const Slot ancestor : withAncestors(slot))
        package.add(at(ancestor));
    return package;
}

Package SimulatedMempool::descendantPackage(Slot slot) const
{
    Package package;
    if (!hasChildren(slot)) {
        package.add(at(slot));
        return package;
    }
    for (const Slot descendant : withDescendants(slot))
        package.add(at(descendant));
    return package;
}

/// Roughly what Core's DynamicMemoryUsage() comes to: the entry with its indexes, and the transaction with its vectors.
std::int64_t SimulatedMempool::usageOf(const PooledTransaction &transaction)
{
    return 700 + std::int64_t{transaction.weight} * 3 / 4;
}

void SimulatedMempool::sortBySerial(std::vector<Slot> &slots) const
{
    std::sort(slots.begin(), slots.end(), [this](Slot a, Slot b) { return at(a).serial < at(b).serial; });
}

} // namespace tipwatch::simulated
