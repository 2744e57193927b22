// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/tracked_transactions.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tipwatch {

namespace {

bool isNews(const std::optional<QueuePosition> &before, const std::optional<QueuePosition> &now)
{
    if (!before || !now)
        return before != now;
    if (before->block != now->block || before->effectiveFeerate != now->effectiveFeerate)
        return true;
    const std::int64_t step = std::max(TrackedTransactions::leastStep, before->ahead.value / TrackedTransactions::leastShare);
    return std::abs(now->ahead.value - before->ahead.value) >= step;
}

} // namespace

void TrackedTransactions::begin(TrackedTransaction now)
{
    m_news.push_back(now);
    m_tracked.insert_or_assign(now.txid, std::move(now));
    m_isChanged = true;
}

void TrackedTransactions::end(const TxId &txid)
{
    m_isChanged |= m_tracked.erase(txid) > 0;
    std::erase_if(m_news, [&](const TrackedTransaction &news) { return news.txid == txid; });
}

void TrackedTransactions::update(TrackedTransaction now)
{
    const auto found = m_tracked.find(now.txid);
    if (found == m_tracked.end())
        return;
    const TrackedTransaction &before = found->second;
    const bool isSame = before.status == now.status && before.reason == now.reason && before.by == now.by &&
                        before.block.has_value() == now.block.has_value();
    if (isSame && !isNews(before.queue, now.queue))
        return;
    m_news.push_back(now);
    found->second = std::move(now);
    m_isChanged = true;
}

void TrackedTransactions::blockConnected(Height tip)
{
    for (auto &[txid, tracked] : m_tracked) {
        if (tracked.status != TransactionStatus::Confirmed || !tracked.block)
            continue;
        const std::int64_t confirmations = tip.value - tracked.block->height.value + 1;
        if (confirmations <= tracked.block->confirmations)
            continue;
        const bool isToldAlready = tracked.block->confirmations >= enoughConfirmations;
        tracked.block->confirmations = confirmations;
        m_isChanged = true;
        if (!isToldAlready)
            m_news.push_back(tracked);
    }
}

void TrackedTransactions::blockDisconnected(const BlockHash &block, Height tip)
{
    for (auto &[txid, tracked] : m_tracked) {
        if (tracked.status != TransactionStatus::Confirmed || !tracked.block)
            continue;
        m_isChanged = true;
        if (tracked.block->hash != block) { // the next block counts it up again
            tracked.block->confirmations = tip.value - tracked.block->height.value + 1;
            continue;
        }
        tracked = {txid, TransactionStatus::Removed, std::nullopt, std::nullopt, RemovalReason::Reorg, std::nullopt};
        m_news.push_back(tracked);
    }
}

std::vector<TrackedTransaction> TrackedTransactions::takeNews()
{
    return std::exchange(m_news, {});
}

TrackedByTxidPtr TrackedTransactions::all()
{
    if (std::exchange(m_isChanged, false))
        m_all = std::make_shared<const TrackedByTxid>(m_tracked);
    return m_all;
}

} // namespace tipwatch
