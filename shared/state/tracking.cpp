// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/tracking.h"

#include "shared/state/chain_store.h"

namespace tipwatch {

TrackedTransaction Tracking::standingOf(const TxId &txid) const
{
    TrackedTransaction now;
    now.txid = txid;
    if (m_store.hasTransaction(txid)) {
        now.status = TransactionStatus::Mempool;
        now.queue = m_store.queuePosition(txid);
    } else if (const auto block = m_store.confirmedIn(txid)) {
        now.status = TransactionStatus::Confirmed;
        now.block = block;
    } else if (const DepartedTransaction *departed = m_store.departed().find(txid)) {
        now.status = TransactionStatus::Removed;
        now.reason = departed->reason;
        now.by = departed->by;
    }
    return now;
}

void Tracking::takeWishes()
{
    using Kind = WatchRegistry::Change::Kind;
    for (const WatchRegistry::Change &change : m_watches.takeChanges()) {
        const auto *script = std::get_if<Script>(&change.subject);
        const auto *txid = std::get_if<TxId>(&change.subject);
        if (change.kind == Kind::Begin)
            script ? m_scripts.begin(*script) : m_transactions.begin(standingOf(*txid));
        else if (change.kind == Kind::End)
            script ? m_scripts.end(*script) : m_transactions.end(*txid);
        else if (script && change.coins)
            m_scripts.learn(*script, *change.coins);
    }
}

void Tracking::complete(MempoolEntry &entry) const
{
    if (!m_scripts.isEmpty())
        entry.spendsFrom = m_scripts.spentBy({entry.txid, nullptr, entry.spends});
}

void Tracking::described(const MempoolEntry &entry, bool isNew, std::int64_t heardAt)
{
    if (isNew)
        m_scripts.seen({entry.txid, entry.paysTo, entry.spends}, heardAt);
    if (m_transactions.contains(entry.txid))
        m_transactions.update(standingOf(entry.txid));
}

void Tracking::removed(std::span<const TxId> txids, RemovalReason reason, std::int64_t heardAt)
{
    if (m_transactions.isEmpty() && m_scripts.isEmpty())
        return;
    for (const TxId &txid : txids) {
        m_scripts.removed(txid, reason, heardAt);
        if (m_transactions.contains(txid))
            m_transactions.update(standingOf(txid));
    }
}

void Tracking::tipMoved()
{
    if (const BlockPtr tip = m_store.tipBlock())
        m_transactions.blockConnected(tip->height);
}

void Tracking::blockConnected(const BlockSummary &block, std::span<const TxId> txids, std::span<const ScriptTransaction> scripts,
                              std::int64_t heardAt)
{
    if (m_transactions.isEmpty() && m_scripts.isEmpty())
        return;
    const ConfirmingBlock place{block.hash, block.height, block.time, 1};
    for (const ScriptTransaction &transaction : scripts)
        m_scripts.confirmed(transaction, place, heardAt);
    for (const TxId &txid : txids) {
        m_scripts.confirmed(txid, place, heardAt);
        if (m_transactions.contains(txid))
            m_transactions.update(standingOf(txid));
    }
}

void Tracking::blockDisconnected(const BlockSummary &block, std::int64_t heardAt)
{
    m_transactions.blockDisconnected(block.hash, Height(block.height.value - 1));
    m_scripts.blockDisconnected(block.hash, heardAt);
}

void Tracking::queueMoved(const ChunkIndex &chunks, const ProjectedBlocks &projection)
{
    if (m_transactions.isEmpty())
        return;
    std::vector<TrackedTransaction> waiting;
    m_transactions.forEach([&](const TrackedTransaction &tracked) {
        if (tracked.status == TransactionStatus::Mempool)
            waiting.push_back(tracked);
    });
    if (waiting.empty())
        return;
    const QueuePositions positions(chunks, projection);
    for (TrackedTransaction &tracked : waiting) {
        const auto chunk = m_store.chunkOf(tracked.txid);
        tracked.queue = chunk ? std::optional(positions.of(*chunk)) : std::nullopt;
        m_transactions.update(std::move(tracked));
    }
}

std::optional<TrackedChanged> Tracking::takeNews()
{
    if (!m_transactions.hasNews() && !m_scripts.hasNews())
        return std::nullopt;
    return TrackedChanged{m_transactions.takeNews(), m_scripts.takeNews()};
}

} // namespace tipwatch
