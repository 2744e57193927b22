// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/inbox.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

bool isUrgent(const ChainEventBody &body)
{
    return std::holds_alternative<BlockConnected>(body) || std::holds_alternative<BlockDisconnected>(body) ||
           std::holds_alternative<TipChanged>(body) || std::holds_alternative<SourceStatusChanged>(body);
}

std::size_t transactionsIn(const ChainEventBody &body)
{
    if (const auto *seen = std::get_if<TransactionsSeen>(&body))
        return seen->entries.size();
    const auto *removed = std::get_if<TransactionsRemoved>(&body);
    return removed ? 1 : 0;
}

bool isHappening(const ChainEventBody &body)
{
    if (const auto *removed = std::get_if<TransactionsRemoved>(&body))
        return removed->reason == RemovalReason::Replaced;
    return std::holds_alternative<TransactionsSeen>(body) || std::holds_alternative<BlockConnected>(body) ||
           std::holds_alternative<BlockDisconnected>(body) || std::holds_alternative<ChainReorganised>(body);
}

} // namespace

void Inbox::put(const ChainEventPtr &event)
{
    const std::lock_guard lock(m_mutex);
    if (m_contents.oldest == 0)
        m_contents.oldest = event->timestamp;
    if (isHappening(event->body)) {
        m_contents.events.push_back(event);
        m_transactions += transactionsIn(event->body);
        trim();
    }
    const bool urgent = isUrgent(event->body);
    if (m_wake && (!m_woken || (urgent && !m_urgent)))
        m_wake(urgent ? Urgency::Now : Urgency::Soon);
    m_woken = true;
    m_urgent = m_urgent || urgent;
}

void Inbox::trim()
{
    auto &events = m_contents.events;
    // Dropping from the front one by one would move the rest each time: wait until half is too much.
    if (m_transactions <= 2 * keptTransactions)
        return;
    std::vector<ChainEventPtr> kept;
    std::size_t transactions = 0;
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
        const std::size_t count = transactionsIn((*it)->body);
        if (count > 0 && transactions > 0 && transactions + count > keptTransactions) {
            m_contents.skipped += static_cast<std::int64_t>(count);
            continue;
        }
        transactions += count;
        kept.push_back(std::move(*it));
    }
    std::reverse(kept.begin(), kept.end());
    events = std::move(kept);
    m_transactions = transactions;
}

Inbox::Contents Inbox::take()
{
    const std::lock_guard lock(m_mutex);
    m_woken = m_urgent = false;
    m_transactions = 0;
    return std::exchange(m_contents, {});
}

void Inbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_wake = nullptr;
}

} // namespace tipwatch
