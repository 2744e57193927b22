// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/mempool_chunks.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

/// prioritisetransaction takes any number; beyond all the money there is nothing to tell apart.
constexpr std::int64_t mostFee = 21'000'000ll * 100'000'000; // satoshi

/// What it counts for when blocks are filled. The node tells the vsize, in which many sigops count, but not the weight that goes with it; it
/// is a multiple of four then.
std::int32_t adjustedWeight(const MempoolNode &node)
{
    const bool bySigops = node.vsize > (node.weight + 3) / 4;
    return std::max(bySigops ? 4 * node.vsize : node.weight, 1);
}

std::uint32_t tieOf(const TxId &txid)
{
    const auto &bytes = txid.bytes();
    return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
           static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

void addTo(Chunk &chunk, const MempoolNode &node)
{
    chunk.modifiedFee += std::clamp(node.modifiedFee.value, -mostFee, mostFee);
    chunk.fee += node.fee.value;
    chunk.weight += adjustedWeight(node);
    chunk.vsize += node.vsize;
    chunk.count += 1;
    chunk.tie = std::max(chunk.tie, tieOf(node.txid));
}

Chunk plainChunk(const MempoolNode &node, MempoolSlot slot)
{
    Chunk chunk;
    addTo(chunk, node);
    chunk.prefix = chunk.weight;
    chunk.id = slot;
    return chunk;
}

bool paysTheSame(const Chunk &a, const Chunk &b)
{
    return static_cast<__int128>(a.modifiedFee) * b.weight == static_cast<__int128>(b.modifiedFee) * a.weight;
}

} // namespace

void MempoolChunks::touch(MempoolSlot slot)
{
    if (slot >= m_states.size())
        m_states.resize(slot + 1);
    if (std::exchange(m_states[slot].isTouched, true))
        return;
    m_touched.push_back(slot);
}

void MempoolChunks::remove(const MempoolNodes &nodes, MempoolSlot slot)
{
    // Whatever was in its chunk or cluster hangs together with one of these.
    for (const MempoolSlot parent : nodes[slot].parents)
        touch(parent);
    for (const MempoolSlot child : nodes[slot].children)
        touch(child);
    eraseChunk(nodes, slot);
}

/// Of the chunk that the transaction in @p slot is in, if that is in the index.
void MempoolChunks::eraseChunk(const MempoolNodes &nodes, MempoolSlot slot)
{
    const MempoolSlot id = std::exchange(m_states[slot].chunk, none);
    if (id == none || !std::exchange(m_states[id].leads, false))
        return;
    m_index.erase(findChunk(nodes, id));
    m_notPlain.erase(id);
}

Chunk MempoolChunks::findChunk(const MempoolNodes &nodes, MempoolSlot id) const
{
    const auto found = m_notPlain.find(id);
    return found == m_notPlain.end() ? plainChunk(nodes[id], id) : found->second;
}

void MempoolChunks::insertChunk(Chunk chunk)
{
    m_states[chunk.id].leads = true;
    if (chunk.count > 1 || chunk.prefix != chunk.weight)
        m_notPlain.emplace(chunk.id, chunk);
    m_index.insert(chunk);
}

const ChunkIndex &MempoolChunks::upToDate(const MempoolNodes &nodes)
{
    if (m_touched.empty())
        return m_index;
    // All that is old goes first: ids are slots, and slots may have been given to others.
    for (const MempoolSlot slot : m_touched) {
        m_states[slot].isTouched = false;
        if (nodes[slot].used && !m_states[slot].isGathered)
            gatherCluster(nodes, slot);
    }
    std::size_t begin = 0;
    for (const std::size_t end : m_clusterEnds) {
        divideCluster(nodes, begin, end);
        begin = end;
    }
    for (const MempoolSlot slot : m_members)
        m_states[slot].isGathered = false;
    endUpdate();
    return m_index;
}

/// The room that a whole mempool took is given back; what usual updates need is kept.
void MempoolChunks::endUpdate()
{
    constexpr std::size_t usual = 10'000;
    m_touched.clear();
    m_members.clear();
    m_clusterEnds.clear();
    if (m_members.capacity() > usual) {
        m_touched.shrink_to_fit();
        m_members.shrink_to_fit();
        m_clusterEnds.shrink_to_fit();
    }
}

void MempoolChunks::gatherCluster(const MempoolNodes &nodes, MempoolSlot start)
{
    const auto gather = [this](MempoolSlot slot) {
        if (!std::exchange(m_states[slot].isGathered, true))
            m_members.push_back(slot);
    };
    std::size_t next = m_members.size();
    gather(start);
    for (; next < m_members.size(); ++next) {
        const MempoolSlot slot = m_members[next];
        eraseChunk(nodes, slot);
        std::ranges::for_each(nodes[slot].parents, gather);
        std::ranges::for_each(nodes[slot].children, gather);
    }
    m_clusterEnds.push_back(m_members.size());
}

void MempoolChunks::divideCluster(const MempoolNodes &nodes, std::size_t begin, std::size_t end)
{
    if (end - begin > 1)
        return divideLarger(nodes, begin, end);
    const MempoolSlot slot = m_members[begin];
    m_states[slot].chunk = slot;
    m_states[slot].next = none;
    insertChunk(plainChunk(nodes[slot], slot));
}

void MempoolChunks::divideLarger(const MempoolNodes &nodes, std::size_t begin, std::size_t end)
{
    m_places.resize(std::max<std::size_t>(m_places.size(), m_states.size()));
    for (std::size_t i = begin; i < end; ++i)
        m_places[m_members[i]] = static_cast<std::uint32_t>(i - begin);
    m_cluster.resize(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        const MempoolNode &node = nodes[m_members[i]];
        ClusterLinearizer::Transaction &transaction = m_cluster[i - begin];
        transaction.fee = std::clamp(node.modifiedFee.value, -mostFee, mostFee);
        transaction.weight = adjustedWeight(node);
        transaction.tie = tieOf(node.txid);
        transaction.parents.clear();
        for (const MempoolSlot parent : node.parents)
            transaction.parents.push_back(m_places[parent]);
    }
    if (!m_linearizer)
        m_linearizer = std::make_unique<ClusterLinearizer>();
    std::optional<Chunk> before;
    const std::vector<ClusterLinearizer::Part> &parts = m_linearizer->divide(m_cluster);
    for (const ClusterLinearizer::Part &part : parts) {
        Chunk chunk;
        if (parts.size() > 1)
            chunk.cluster = m_members[begin];
        MempoolSlot last = chunk.id = m_members[begin + part.members.front()];
        for (const std::uint32_t place : part.members) {
            const MempoolSlot slot = m_members[begin + place];
            addTo(chunk, nodes[slot]);
            m_states[slot].chunk = chunk.id;
            m_states[std::exchange(last, slot)].next = slot;
        }
        m_states[last].next = none;
        chunk.prefix = chunk.weight + (before && paysTheSame(*before, chunk) ? before->prefix : 0);
        insertChunk(chunk);
        before = chunk;
    }
}

Chunk MempoolChunks::chunkOf(const MempoolNodes &nodes, MempoolSlot slot)
{
    upToDate(nodes);
    return findChunk(nodes, m_states[slot].chunk);
}

} // namespace tipwatch
