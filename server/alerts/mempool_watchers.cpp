// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/mempool_watchers.h"

#include "server/alerts/words.h"

namespace tipwatch {

namespace {

double usageOf(const MempoolSummary &mempool)
{
    return mempool.maxUsage > 0 ? static_cast<double>(mempool.usage) / static_cast<double>(mempool.maxUsage) : 0;
}

} // namespace

void FeerateWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<FeesChanged>(&event.body))
        look(changed->fees, at, out);
}

void FeerateWatcher::look(const FeeEstimates &fees, const Moment &at, Firings &out)
{
    if (!fees.nextBlock)
        return;
    m_feerate = *fees.nextBlock;
    judge(m_threshold.isPassed(m_feerate.value), at, out);
}

AlertWords FeerateWatcher::words(const Moment &) const
{
    const std::string now = feerateWords(m_feerate), limit = feerateWords(m_limit);
    const bool isAbove = m_side == Side::Above;
    return {(isAbove ? "Fees at " : "Fees down to ") + now,
            "The next block asks for " + now + (isAbove ? ", at or above " : ", at or below ") + limit + "."};
}

MempoolSizeWatcher::MempoolSizeWatcher(const AlertRule &rule, const watch::MempoolSize &watched)
    : LastingWatcher(rule), m_watched(watched), m_usage(Threshold::Side::Above, watched.usage, watched.hysteresis),
      m_vsize(Threshold::Side::Above, static_cast<double>(watched.vsize.value), watched.hysteresis)
{
}

void MempoolSizeWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<MempoolChanged>(&event.body))
        look(changed->summary, at, out);
}

void MempoolSizeWatcher::look(const MempoolSummary &mempool, const Moment &at, Firings &out)
{
    m_mempool = mempool;
    m_mempool.histogram.clear();
    const bool isFull = m_usage.isPassed(usageOf(mempool)) && m_watched.usage > 0;
    const bool isLarge = m_vsize.isPassed(static_cast<double>(mempool.vsize.value)) && m_watched.vsize.value > 0;
    judge(isFull || isLarge, at, out);
}

AlertWords MempoolSizeWatcher::words(const Moment &) const
{
    std::string text = "It holds " + counted(m_mempool.count, "transaction", "transactions") + " of " +
                       grouped(m_mempool.vsize.value / 1'000'000) + " vMB";
    if (m_mempool.maxUsage > 0)
        text += " and uses " + percent(usageOf(m_mempool)) + " of the memory that the node gives it";
    return {"The mempool is large", text + "."};
}

void LargeTransactionWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    const auto *seen = std::get_if<TransactionsSeen>(&event.body);
    if (!seen)
        return;
    for (const MempoolEntry &entry : seen->entries) {
        if (entry.value < m_watched.value)
            continue;
        tell({"A transaction of " + coins(entry.value),
              "Its outputs are " + coins(entry.value) + " together; it pays " + feerateWords(entry.feerate()) + ".",
              entry.txid.toHex()},
             at, out);
    }
}

} // namespace tipwatch
