// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/next_block_model.h"

#include "qml/format.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr double blockWeight = 4'000'000; // BIP 141

bool hasBlock(const std::vector<ChainEventPtr> &events)
{
    return std::ranges::any_of(events, [](const ChainEventPtr &event) {
        return std::holds_alternative<BlockConnected>(event->body) || std::holds_alternative<BlockDisconnected>(event->body);
    });
}

} // namespace

void NextBlockModel::apply(const Update &update)
{
    const ChainSnapshot &snapshot = *update.snapshot;
    m_now = update.now;
    const auto status = DataStatus::of(snapshot.status.state, snapshot.tip.isKnown());
    const ProjectedBlock figures = snapshot.projection.blocks.empty() ? ProjectedBlock() : snapshot.projection.blocks[0];
    const bool wasReading = reading();
    const bool isNews = status != m_status || figures != m_figures;
    m_status = status;
    m_figures = figures;
    m_latest = snapshot.projectedTransactions[0];
    const bool isDue = !m_shown || m_shown->empty() || hasBlock(update.events) || m_now - m_shownAt >= intervalMs;
    if (isDue)
        show();
    if (isNews || wasReading != reading())
        Q_EMIT changed();
}

void NextBlockModel::tick(std::int64_t now)
{
    m_now = now;
    if (now - m_shownAt >= intervalMs)
        show();
}

void NextBlockModel::show()
{
    if (m_latest == m_shown)
        return;
    m_shown = m_latest;
    m_shownAt = m_now;
    Q_EMIT transactionsChanged();
}

QString NextBlockModel::count() const
{
    return tr("%Ln tx", nullptr, static_cast<int>(m_figures.count));
}

QString NextBlockModel::size() const
{
    return Format().vbytes(m_figures.vsize);
}

QString NextBlockModel::fullness() const
{
    return tr("%1 full").arg(Format().percent(static_cast<double>(m_figures.weight.value) / blockWeight));
}

QString NextBlockModel::fees() const
{
    return Format().coins(m_figures.totalFees);
}

QString NextBlockModel::lowestText() const
{
    return empty() ? QString() : Format().feerate(m_figures.feerateRange.front());
}

QString NextBlockModel::highestText() const
{
    return empty() ? QString() : Format().feerate(m_figures.feerateRange.back());
}

QString NextBlockModel::spoken() const
{
    if (empty())
        return tr("Nothing waits for the next block.");
    return tr("The next block would have %1 and be %2. They pay from %3 to %4 sat/vB, together %5.")
        .arg(count(), fullness(), lowestText(), highestText(), fees());
}

} // namespace tipwatch
