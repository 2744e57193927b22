// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/mempool_graph.h"

#include <algorithm>
#include <unordered_set>

namespace tipwatch {

namespace {

template <class T> void eraseOne(std::vector<T> &values, const T &value)
{
    const auto it = std::find(values.begin(), values.end(), value);
    if (it == values.end())
        return;
    *it = values.back();
    values.pop_back();
}

} // namespace

MempoolGraph::Slot MempoolGraph::slotOf(const TxId &txid) const
{
    return m_index.find(txid, keyOf());
}

bool MempoolGraph::add(const MempoolEntry &entry)
{
    if (contains(entry.txid))
        return false;
    const Slot slot = m_nodes.take();
    Node &added = m_nodes[slot];
    added.txid = entry.txid;
    added.fee = entry.fee;
    added.modifiedFee = entry.modifiedFee;
    added.value = entry.value;
    added.time = entry.time;
    added.vsize = static_cast<std::int32_t>(entry.vsize.value);
    added.weight = static_cast<std::int32_t>(entry.weight.value);
    added.inputs = entry.inputs;
    added.outputs = entry.outputs;
    added.flags = entry.flags;
    added.band = static_cast<std::uint8_t>(feerateBandOf(entry.feerate()));
    added.used = true;
    m_index.insert(entry.txid, slot, keyOf());

    for (const TxId &parent : entry.parents) {
        const Slot parentSlot = slotOf(parent);
        if (parentSlot == TxidIndex::none) {
            m_awaitedParents.emplace(parent, entry.txid);
        } else {
            join(parentSlot, slot);
        }
    }
    joinWaitingChildren(slot);
    for (const TxId &child : entry.children) {
        if (const Slot childSlot = slotOf(child); childSlot != TxidIndex::none)
            join(slot, childSlot);
    }

    if (entry.modifiedFee != entry.fee)
        m_prioritised.insert(entry.txid);
    m_chunks.touch(slot);
    m_vsize += entry.vsize;
    m_fees += entry.fee;
    m_bands[added.band] += added.vsize;
    ++m_bandCounts[added.band];
    return true;
}

/// The node tells of a pair twice, once from either side.
void MempoolGraph::join(Slot parent, Slot child)
{
    std::vector<Slot> &parents = m_nodes[child].parents;
    if (std::find(parents.begin(), parents.end(), parent) != parents.end())
        return;
    parents.push_back(parent);
    m_nodes[parent].children.push_back(child);
}

/// Entries of one snapshot may come in any order, a child before its parent too.
void MempoolGraph::joinWaitingChildren(Slot parent)
{
    if (m_awaitedParents.empty())
        return;
    const auto [first, last] = m_awaitedParents.equal_range(m_nodes[parent].txid);
    for (auto it = first; it != last; ++it) {
        const Slot child = slotOf(it->second);
        if (child != TxidIndex::none)
            join(parent, child);
    }
    m_awaitedParents.erase(first, last);
}

bool MempoolGraph::remove(const TxId &txid)
{
    const Slot slot = slotOf(txid);
    if (slot == TxidIndex::none)
        return false;
    const Node &gone = m_nodes[slot];
    m_chunks.remove(m_nodes, slot);
    for (const Slot parent : gone.parents)
        eraseOne(m_nodes[parent].children, slot);
    for (const Slot child : gone.children)
        eraseOne(m_nodes[child].parents, slot);
    if (!m_awaitedParents.empty())
        std::erase_if(m_awaitedParents, [&](const auto &waiting) { return waiting.second == txid; });

    m_vsize -= VBytes(gone.vsize);
    m_fees -= gone.fee;
    if (gone.modifiedFee != gone.fee)
        m_prioritised.erase(txid);
    m_bands[gone.band] -= gone.vsize;
    --m_bandCounts[gone.band];
    m_index.erase(txid, keyOf());
    m_nodes.giveBack(slot);
    return true;
}

bool MempoolGraph::setFeeDeltas(std::span<const FeeDelta> deltas)
{
    bool hasChanged = false;
    const auto set = [&](const TxId &txid, Satoshi delta) {
        const Slot slot = slotOf(txid);
        if (slot == TxidIndex::none)
            return;
        Node &node = m_nodes[slot];
        if (delta != Satoshi())
            m_prioritised.insert(txid);
        if (node.modifiedFee == node.fee + delta)
            return;
        m_chunks.remove(m_nodes, slot); // whose chunk may be known by what it pays only
        node.modifiedFee = node.fee + delta;
        m_chunks.touch(slot);
        hasChanged = true;
    };
    const auto before = std::exchange(m_prioritised, {});
    for (const FeeDelta &delta : deltas)
        set(delta.txid, delta.delta);
    for (const TxId &txid : before) {
        if (!m_prioritised.contains(txid))
            set(txid, Satoshi());
    }
    return hasChanged;
}

void MempoolGraph::clear()
{
    *this = MempoolGraph();
}

std::optional<MempoolEntry> MempoolGraph::find(const TxId &txid) const
{
    const Slot slot = slotOf(txid);
    if (slot == TxidIndex::none)
        return std::nullopt;
    const Node &found = m_nodes[slot];
    MempoolEntry entry;
    entry.txid = found.txid;
    entry.fee = found.fee;
    entry.modifiedFee = found.modifiedFee;
    entry.vsize = VBytes(found.vsize);
    entry.weight = Weight(found.weight);
    entry.time = found.time;
    entry.value = found.value;
    entry.inputs = found.inputs;
    entry.outputs = found.outputs;
    entry.flags = found.flags;
    for (const Slot parent : found.parents)
        entry.parents.push_back(m_nodes[parent].txid);
    return entry;
}

std::optional<Chunk> MempoolGraph::chunkOf(const TxId &txid) const
{
    const Slot slot = slotOf(txid);
    return slot == TxidIndex::none ? std::nullopt : std::optional(m_chunks.chunkOf(m_nodes, slot));
}

std::vector<TxId> MempoolGraph::relatives(const TxId &txid, std::vector<Slot> Node::*direction) const
{
    std::vector<TxId> found;
    const Slot start = slotOf(txid);
    if (start == TxidIndex::none)
        return found;
    std::unordered_set<Slot> visited{start};
    std::vector<Slot> open{start};
    while (!open.empty()) {
        const Slot slot = open.back();
        open.pop_back();
        for (const Slot relative : m_nodes[slot].*direction) {
            if (!visited.insert(relative).second)
                continue;
            found.push_back(m_nodes[relative].txid);
            open.push_back(relative);
        }
    }
    return found;
}

std::vector<TxId> MempoolGraph::ancestors(const TxId &txid) const
{
    return relatives(txid, &Node::parents);
}

std::vector<TxId> MempoolGraph::descendants(const TxId &txid) const
{
    return relatives(txid, &Node::children);
}

std::vector<FeerateBand> MempoolGraph::histogram() const
{
    std::vector<FeerateBand> bands;
    for (std::size_t i = 0; i < feerateBands.size(); ++i) {
        if (m_bandCounts[i] > 0)
            bands.push_back({Feerate(feerateBands[i]), VBytes(m_bands[i])});
    }
    return bands;
}

void MempoolGraph::forEachTxid(const std::function<void(const TxId &)> &visit) const
{
    for (Slot slot = 0; slot < m_nodes.end(); ++slot) {
        if (m_nodes[slot].used)
            visit(m_nodes[slot].txid);
    }
}

} // namespace tipwatch
