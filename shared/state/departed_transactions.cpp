// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/departed_transactions.h"

#include <algorithm>

namespace tipwatch {

void DepartedTransactions::add(DepartedTransaction departed)
{
    const std::int64_t now = departed.leftAt;
    returned(departed.txid);
    m_order.push_back({departed.txid, now});
    if (departed.by)
        m_replacedBy[*departed.by].push_back(departed.txid);
    m_byTxid.emplace(departed.txid, std::move(departed));
    while (!m_order.empty() && (m_order.size() > most || m_order.front().leftAt + longestMs < now))
        dropOldest();
}

void DepartedTransactions::dropOldest()
{
    const Order oldest = m_order.front();
    m_order.pop_front();
    const auto found = m_byTxid.find(oldest.txid);
    if (found == m_byTxid.end() || found->second.leftAt != oldest.leftAt) // it came back, and left again later perhaps
        return;
    unlink(found->second);
    m_byTxid.erase(found);
}

void DepartedTransactions::unlink(const DepartedTransaction &departed)
{
    if (!departed.by)
        return;
    const auto found = m_replacedBy.find(*departed.by);
    if (found == m_replacedBy.end())
        return;
    std::erase(found->second, departed.txid);
    if (found->second.empty())
        m_replacedBy.erase(found);
}

void DepartedTransactions::returned(const TxId &txid)
{
    const auto found = m_byTxid.find(txid);
    if (found == m_byTxid.end())
        return;
    unlink(found->second);
    m_byTxid.erase(found);
}

void DepartedTransactions::blockLost(const BlockHash &block)
{
    for (auto &[txid, departed] : m_byTxid) {
        if (departed.block != block)
            continue;
        departed.block = BlockHash();
        departed.height = unknownHeight;
        departed.reason = RemovalReason::Reorg;
    }
}

const DepartedTransaction *DepartedTransactions::find(const TxId &txid) const
{
    const auto found = m_byTxid.find(txid);
    return found == m_byTxid.end() ? nullptr : &found->second;
}

TxId DepartedTransactions::lastOf(const TxId &txid) const
{
    TxId last = txid;
    // Each can replace another, but not in a circle; the bound is for what a node might say all the same.
    for (std::size_t steps = 0; steps < largestTree; ++steps) {
        const DepartedTransaction *departed = find(last);
        if (!departed || !departed->by)
            break;
        last = *departed->by;
    }
    return last;
}

Replacements DepartedTransactions::replacedBy(const TxId &txid) const
{
    std::size_t room = largestTree;
    return tree(txid, room);
}

Replacements DepartedTransactions::tree(const TxId &txid, std::size_t &room) const
{
    --room;
    Replacements replacements{txid, std::nullopt, {}};
    if (const DepartedTransaction *departed = find(txid))
        replacements.departed = *departed;
    if (const auto found = m_replacedBy.find(txid); found != m_replacedBy.end()) {
        for (const TxId &replaced : found->second) {
            if (room == 0)
                break;
            replacements.replaced.push_back(tree(replaced, room));
        }
    }
    return replacements;
}

} // namespace tipwatch
