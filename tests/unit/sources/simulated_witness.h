// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/transaction_decoder.h"
#include "server/sources/simulated/block_template.h"
#include "server/sources/simulated/simulated_network.h"
#include "shared/domain/address.h"

#include <QStringList>

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace tipwatch::simulated {

inline std::vector<MempoolEntry> describeAll(SimulatedNetwork &network)
{
    std::vector<MempoolEntry> all;
    for (;;) {
        std::vector<MempoolEntry> some = network.describeInitial(3000);
        if (some.empty())
            return all;
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
}

/// Follows the operations as somebody who knows nothing else, and notes whatever does not fit.
class Witness {
public:
    explicit Witness(SimulatedNetwork &network)
    {
        for (const BlockSummary &block : network.blocks())
            m_chain.push_back(block);
        for (MempoolEntry &entry : describeAll(network))
            add(entry);
    }

    void operator()(const Operation &operation)
    {
        ++operations;
        std::visit([this](const auto &o) { see(o); }, operation);
    }

    /// The same transactions, hanging together in the same way.
    bool agreesWith(const SimulatedNetwork &network) const
    {
        const SimulatedMempool &mempool = network.mempool();
        const auto txidAt = [&](Slot slot) { return network.txidOf(mempool.at(slot).serial); };
        for (Slot slot = 0; slot < mempool.slotCount(); ++slot) {
            if (!mempool.isUsed(slot))
                continue;
            const auto it = m_mempool.find(txidAt(slot));
            if (it == m_mempool.end())
                return false;
            std::size_t parents = 0;
            for (const TxId &parent : it->second.parents)
                parents += m_mempool.contains(parent) ? 1 : 0;
            const std::vector<Slot> linked = mempool.parents(slot);
            if (linked.size() != parents)
                return false;
            for (const Slot parent : linked) {
                const std::vector<TxId> &told = it->second.parents;
                if (std::find(told.begin(), told.end(), txidAt(parent)) == told.end())
                    return false;
            }
        }
        return mempool.size() == m_mempool.size();
    }

    const BlockSummary &tip() const { return m_chain.back(); }

    std::size_t operations = 0;
    std::map<RemovalReason, int> removals;
    int connected = 0, disconnected = 0, returned = 0, replacements = 0, deepest = 0;
    QStringList complaints;

private:
    void complain(const QString &text)
    {
        if (complaints.size() < 10)
            complaints << text;
    }

    void add(const MempoolEntry &entry)
    {
        if (m_mined.contains(entry.txid))
            complain(QStringLiteral("a confirmed transaction arrives"));
        for (const TxId &parent : entry.parents) {
            if (!m_mempool.contains(parent))
                complain(QStringLiteral("a child arrives without its parent"));
            m_children[parent].insert(entry.txid);
        }
        if (!m_mempool.emplace(entry.txid, entry).second)
            complain(QStringLiteral("a transaction arrives twice"));
        if (m_disconnected.erase(entry.txid) > 0)
            ++returned;
    }

    void remove(const TxId &txid)
    {
        if (m_mempool.erase(txid) == 0)
            complain(QStringLiteral("something leaves that was not there"));
    }

    void see(const Arrival &arrival)
    {
        const bool returns = m_disconnected.contains(arrival.entry.txid);
        checkOutputs(arrival.entry);
        add(arrival.entry);
        settleOrphans(QStringLiteral("a child outlives its removed parent"));
        const bool announced = m_replacedBy == arrival.entry.txid;
        if (m_replacedBy && !announced && !returns)
            complain(QStringLiteral("the replacement does not follow at once"));
        if (announced) {
            ++replacements;
            if (!arrival.entry.has(TxFlag::Replacement))
                complain(QStringLiteral("a replacement does not say so"));
            if (arrival.entry.fee <= m_replacedFees)
                complain(QStringLiteral("a replacement pays less than what it replaces"));
        }
        m_replacedBy.reset();
        m_replacedFees = {};
    }

    void checkOutputs(const MempoolEntry &entry)
    {
        if (!entry.paysTo || entry.paysTo->size() != static_cast<std::size_t>(entry.outputs))
            return complain(QStringLiteral("an arrival does not tell its outputs"));
        Satoshi sum;
        bool taproot = false, data = false;
        for (const TransactionOutput &output : *entry.paysTo) {
            const ScriptKind kind = scriptKindOf(output.script);
            taproot |= kind == ScriptKind::Taproot;
            data |= kind == ScriptKind::NullData;
            sum += output.value;
            if (kind != ScriptKind::NullData && (!addressOf(output.script, "main") || output.value < Satoshi(330)))
                complain(QStringLiteral("an output that no wallet would make"));
        }
        if (sum != entry.value)
            complain(QStringLiteral("outputs do not add up"));
        if (taproot != entry.has(TxFlag::Taproot) || data != entry.has(TxFlag::DataCarrier))
            complain(QStringLiteral("outputs and flags tell different things"));
    }

    void checkContents(const ConnectedBlock &block)
    {
        if (!block.transactions || block.transactions->size() != block.txids.size())
            return complain(QStringLiteral("a block does not tell its transactions"));
        for (std::size_t i = 0; i < block.txids.size(); ++i) {
            const ConfirmedTransaction &told = (*block.transactions)[i];
            const auto waiting = m_mempool.find(block.txids[i]);
            if (told.txid != block.txids[i] || !addressOf(told.payee, "main"))
                complain(QStringLiteral("a transaction of a block is told wrongly"));
            if (waiting == m_mempool.end() || !waiting->second.paysTo)
                continue;
            const auto &outputs = *waiting->second.paysTo;
            const auto payee =
                std::find_if(outputs.begin(), outputs.end(), [](const auto &output) { return output.script[0] != 0x6a; });
            if (told.value != waiting->second.value || told.payee != payee->script)
                complain(QStringLiteral("a transaction pays otherwise when it confirms"));
        }
        if (block.transactions->front().value != block.summary.subsidy + block.summary.totalFees.value_or(Satoshi()))
            complain(QStringLiteral("a coinbase claims too much or too little"));
    }

    void see(const Removal &removal)
    {
        ++removals[removal.reason];
        const auto it = m_mempool.find(removal.txid);
        if (it == m_mempool.end())
            return complain(QStringLiteral("a removal of what is not there"));
        if (removal.reason == RemovalReason::Replaced) {
            m_replacedBy = removal.by;
            m_replacedFees += it->second.fee;
        }
        if (removal.by.has_value() != (removal.reason == RemovalReason::Replaced || removal.reason == RemovalReason::Conflict))
            complain(QStringLiteral("'by' is given, or missing, against the reason"));
        remove(removal.txid);
        for (const TxId &child : m_children[removal.txid]) {
            if (m_mempool.contains(child))
                m_orphans.insert(child);
        }
        m_orphans.erase(removal.txid);
    }

    void see(const BlockFound &found)
    {
        settleOrphans(QStringLiteral("a child outlives its removed parent until a block"));
        const BlockSummary &block = found.block.summary;
        ++connected;
        if (block.previousHash != tip().hash || block.height.value != tip().height.value + 1)
            complain(QStringLiteral("a block does not build on the tip"));
        if (block.weight.value > maxBlockWeight)
            complain(QStringLiteral("a block is too heavy"));
        if (block.time <= tip().medianTime)
            complain(QStringLiteral("a block is older than the median of its eleven ancestors"));
        if (static_cast<std::size_t>(block.txCount) != found.block.txids.size())
            complain(QStringLiteral("a block miscounts"));
        checkContents(found.block);
        std::unordered_set<TxId, HashOfHash256> inBlock;
        for (const TxId &txid : found.block.txids) {
            if (const auto it = m_mempool.find(txid); it != m_mempool.end()) {
                for (const TxId &parent : it->second.parents) {
                    if (m_mempool.contains(parent) && !inBlock.contains(parent))
                        complain(QStringLiteral("a block confirms a child before its parent"));
                }
            }
            if (!inBlock.insert(txid).second || !m_mined.insert(txid).second)
                complain(QStringLiteral("a transaction is confirmed twice"));
        }
        for (const TxId &txid : found.block.txids) {
            m_mempool.erase(txid);
            m_disconnected.erase(txid);
        }
        m_chain.push_back(block);
        m_contents[block.hash] = found.block.txids;
        m_depth = 0;
    }

    void see(const BlockLost &lost)
    {
        ++disconnected;
        deepest = std::max(deepest, ++m_depth);
        if (lost.hash != tip().hash)
            return complain(QStringLiteral("something else than the tip is taken back"));
        for (const TxId &txid : m_contents[lost.hash]) {
            m_mined.erase(txid);
            m_disconnected.insert(txid);
        }
        m_chain.pop_back();
    }

    void see(const FeesEstimated &estimated)
    {
        const FeeEstimates &fees = estimated.fees;
        if (*fees.nextBlock < *fees.halfHour || *fees.halfHour < *fees.hour || *fees.hour < *fees.economy ||
            *fees.economy < fees.minimum)
            complain(QStringLiteral("waiting longer costs more"));
    }

    void see(const PeersChanged &changed)
    {
        if (changed.network.peers != changed.network.inbound + changed.network.outbound)
            complain(QStringLiteral("the peers do not add up"));
    }

    /// Relatives leave one after another; when something else happens, all of them must have.
    void settleOrphans(const QString &complaint)
    {
        if (!m_orphans.empty())
            complain(complaint);
        m_orphans.clear();
    }

    std::vector<BlockSummary> m_chain;
    std::unordered_map<BlockHash, std::vector<TxId>, HashOfHash256> m_contents;
    std::unordered_map<TxId, MempoolEntry, HashOfHash256> m_mempool;
    std::unordered_map<TxId, std::unordered_set<TxId, HashOfHash256>, HashOfHash256> m_children;
    std::unordered_set<TxId, HashOfHash256> m_mined, m_disconnected, m_orphans;
    std::optional<TxId> m_replacedBy;
    Satoshi m_replacedFees;
    int m_depth = 0;
};

} // namespace tipwatch::simulated
