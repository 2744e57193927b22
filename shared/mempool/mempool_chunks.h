// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/mempool/chunk_index.h"
#include "shared/mempool/cluster_linearizer.h"
#include "shared/mempool/mempool_nodes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tipwatch {

/// The chunks of a MempoolGraph's clusters in mining order. What changes is noted at once and worked out when somebody asks: then each cluster
/// that was touched is divided once, whatever happened to it. A cluster is a connected component of the graph.
/// Not thread-safe. Costs about sixty bytes a transaction.
class MempoolChunks {
public:
    /// It is new, or its relatives have changed.
    void touch(MempoolSlot slot);
    /// It is about to leave; its relatives are still linked with it.
    void remove(const MempoolNodes &nodes, MempoolSlot slot);

    const ChunkIndex &upToDate(const MempoolNodes &nodes);
    /// The chunk that a transaction is mined with.
    Chunk chunkOf(const MempoolNodes &nodes, MempoolSlot slot);
    /// Calls @p visit(MempoolSlot) for every transaction of a chunk of upToDate(), before anything is touched.
    template <class Visit> void forEachMember(const Chunk &chunk, Visit visit) const
    {
        for (MempoolSlot slot = chunk.id; slot != none; slot = m_states[slot].next)
            visit(slot);
    }

private:
    static constexpr MempoolSlot none = 0xffffffff;

    struct State {
        MempoolSlot chunk =
            none; ///< id of its chunk: the slot of a member; may be of one that is not there any more until the next update
        MempoolSlot next = none; ///< in its chunk
        bool leads = false;      ///< the chunk of this id is in the index
        bool isTouched = false;
        bool isGathered = false;
    };

    void eraseChunk(const MempoolNodes &nodes, MempoolSlot slot);
    Chunk findChunk(const MempoolNodes &nodes, MempoolSlot id) const;
    void endUpdate();
    void gatherCluster(const MempoolNodes &nodes, MempoolSlot start);
    void divideCluster(const MempoolNodes &nodes, std::size_t begin, std::size_t end);
    void divideLarger(const MempoolNodes &nodes, std::size_t begin, std::size_t end);
    void insertChunk(Chunk chunk);

    ChunkIndex m_index;
    std::vector<State> m_states;                       ///< by slot
    std::unordered_map<MempoolSlot, Chunk> m_notPlain; ///< by id; chunks of one transaction are made of that
    std::vector<MempoolSlot> m_touched;

    // For the time of an update
    std::vector<MempoolSlot> m_members;     ///< of the touched clusters, one behind the other
    std::vector<std::size_t> m_clusterEnds; ///< into m_members
    std::vector<std::uint32_t> m_places;    ///< by slot: where in its cluster
    std::unique_ptr<ClusterLinearizer> m_linearizer;
    std::vector<ClusterLinearizer::Transaction> m_cluster;
};

} // namespace tipwatch
