// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/mempool_model.h"

#include "qml/format.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr double blockVsize = 1e6; // a block's 4,000,000 weight units

} // namespace

void MempoolModel::apply(const Update &update)
{
    const MempoolSummary &mempool = update.snapshot->mempool;
    const auto status = DataStatus::of(update.snapshot->status.state, update.snapshot->tip.isKnown());
    for (const ChainEventPtr &event : update.events) {
        if (const auto *connected = std::get_if<BlockConnected>(&event->body))
            m_history.addBlock(*connected->block, update.now);
    }
    if (mempool != m_mempool || status != m_status) {
        m_mempool = mempool;
        m_status = status;
        m_histogram.setBands(mempool.histogram);
        Q_EMIT changed();
    }
    tick(update.now);
}

void MempoolModel::tick(std::int64_t now)
{
    if (m_status == DataStatus::Live)
        m_history.sample(m_mempool, now);
}

QString MempoolModel::count() const
{
    return Format().count(m_mempool.count);
}

QString MempoolModel::size() const
{
    return Format().vbytes(m_mempool.vsize);
}

QString MempoolModel::fees() const
{
    return Format().coins(m_mempool.totalFees);
}

QString MempoolModel::usage() const
{
    return m_mempool.maxUsage > 0 ? Format().bytesOf(m_mempool.usage, m_mempool.maxUsage) : QString();
}

double MempoolModel::usageFraction() const
{
    return m_mempool.maxUsage > 0
               ? std::clamp(static_cast<double>(m_mempool.usage) / static_cast<double>(m_mempool.maxUsage), 0.0, 1.0)
               : 0;
}

QString MempoolModel::minimum() const
{
    return m_mempool.minFeerate.value > 0 ? tr("%1 sat/vB").arg(Format().feerate(m_mempool.minFeerate)) : QString();
}

QString MempoolModel::arriving() const
{
    return Format().transactionsPerSecond(m_mempool.txPerSecond) + QStringLiteral(" · ") +
           Format().vbytesPerSecond(m_mempool.bytesPerSecond);
}

QString MempoolModel::blocksDeep() const
{
    return Format().locale().toString(static_cast<double>(m_mempool.vsize.value) / blockVsize, 'f', 1);
}

QString MempoolModel::undescribed() const
{
    return m_mempool.undescribed > 0 ? Format().count(m_mempool.undescribed) : QString();
}

} // namespace tipwatch
