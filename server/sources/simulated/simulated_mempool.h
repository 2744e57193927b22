// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/feerate_profile.h"
#include "server/sources/simulated/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tipwatch::simulated {

/// Place of a transaction in the SimulatedMempool; given to another one after it has left.
using Slot = std::uint32_t;
inline constexpr Slot noSlot = 0xffffffff;

/// Identity of a transaction, ascending in the order of first appearance, so that parents have lower ones than their children.
/// Its txid and all but what is below follow from it.
using Serial = std::uint64_t;
inline constexpr Serial noSerial = ~Serial{0};

/// What the simulation has to remember of a transaction: 24 bytes.
struct PooledTransaction {
    Serial serial = noSerial;
    std::uint32_t shape = 0;  ///< seed of its TransactionShape
    std::uint32_t fee = 0;    ///< satoshi
    std::uint32_t weight = 0; ///< weight units
    std::uint32_t time = 0;   ///< of entry, Unix seconds

    double vsize() const { return (weight + 3) / 4; }
    double feerate() const { return fee / vsize(); }
};

/// A fee and the size it pays for, of one or several transactions.
struct Package {
    std::int64_t fee = 0;
    std::int64_t vsize = 0;

    void add(const PooledTransaction &transaction)
    {
        fee += transaction.fee;
        vsize += (transaction.weight + 3) / 4;
    }
    double feerate() const { return vsize > 0 ? static_cast<double>(fee) / static_cast<double>(vsize) : 0; }
};

/// The mempool of the simulated node: who waits and who spends whom, in about forty bytes a transaction.
class SimulatedMempool {
public:
    /// At most this many transactions may hang together (Bitcoin Core 31, DEFAULT_CLUSTER_LIMIT).
    static constexpr std::size_t clusterLimit = 64;

    void reserve(std::size_t count) { m_nodes.reserve(count); }

    /// @p parents are slots of this mempool.
    Slot add(const PooledTransaction &transaction, std::span<const Slot> parents);
    /// Makes one a child of the other; for a parent that comes back after its child.
    void link(Slot parent, Slot child);
    /// Takes it out; its relatives stay.
    void remove(Slot slot);

    std::size_t size() const { return m_count; }
    /// Memory that a node would use for all of it, bytes.
    std::int64_t usage() const { return m_usage; }
    /// Memory that this takes itself, bytes.
    std::size_t memory() const;
    const FeerateProfile &profile() const { return m_profile; }

    /// Slots are below this.
    Slot slotCount() const { return static_cast<Slot>(m_nodes.size()); }
    bool isUsed(Slot slot) const { return m_nodes[slot].transaction.serial != noSerial; }
    const PooledTransaction &at(Slot slot) const { return m_nodes[slot].transaction; }
    bool holds(Slot slot, Serial serial) const { return slot < slotCount() && at(slot).serial == serial; }
    /// Any of them, with equal chance; the mempool must not be empty.
    Slot any(Random &random) const;

    bool hasParents(Slot slot) const { return m_nodes[slot].firstParent != noEdge; }
    bool hasChildren(Slot slot) const { return m_nodes[slot].firstChild != noEdge; }
    std::vector<Slot> parents(Slot slot) const;
    std::vector<Slot> children(Slot slot) const;
    /// It and all it depends on, parents before children.
    std::vector<Slot> withAncestors(Slot slot) const;
    /// It and all that depend on it, parents before children.
    std::vector<Slot> withDescendants(Slot slot) const;
    /// All that hang together with it, itself included; stops counting at clusterLimit.
    std::vector<Slot> cluster(Slot slot) const;

    /// Of it and its ancestors: what a miner gets who wants it.
    Package ancestorPackage(Slot slot) const;
    /// Of it and its descendants: what is lost if it is evicted.
    Package descendantPackage(Slot slot) const;

    static std::int64_t usageOf(const PooledTransaction &transaction);

private:
    using EdgeIndex = std::uint32_t;
    static constexpr EdgeIndex noEdge = 0xffffffff;

    struct Node {
        PooledTransaction transaction;
        EdgeIndex firstParent = noEdge;
        EdgeIndex firstChild = noEdge;
    };
    /// In two singly linked lists at once: that of the child's parents and that of the parent's children.
    struct Edge {
        Slot parent = noSlot;
        Slot child = noSlot;
        EdgeIndex nextParent = noEdge;
        EdgeIndex nextChild = noEdge;
    };

    void dropEdge(EdgeIndex index);
    template <class Visit> void forEachParent(Slot slot, Visit visit) const;
    template <class Visit> void forEachChild(Slot slot, Visit visit) const;
    void sortBySerial(std::vector<Slot> &slots) const;

    std::vector<Node> m_nodes;
    std::vector<Slot> m_freeNodes;
    std::vector<Edge> m_edges;
    std::vector<EdgeIndex> m_freeEdges;
    std::size_t m_count = 0;
    std::int64_t m_usage = 0;
    FeerateProfile m_profile;
};

} // namespace tipwatch::simulated
