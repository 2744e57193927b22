// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/projected_blocks_model.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr double blockWeight = 4'000'000; // BIP 141
constexpr int minutesPerBlock = 10;       // what the difficulty aims at

/// Blocks that came (positive) or went.
int blocksIn(const std::vector<ChainEventPtr> &events)
{
    int blocks = 0;
    for (const ChainEventPtr &event : events) {
        blocks += std::holds_alternative<BlockConnected>(event->body) ? 1 : 0;
        blocks -= std::holds_alternative<BlockDisconnected>(event->body) ? 1 : 0;
    }
    return blocks;
}

void add(ProjectedBlock &sum, const ProjectedBlock &block)
{
    if (block.count == 0)
        return;
    if (sum.count == 0)
        sum.feerateRange.back() = block.feerateRange.back(); // the first ones pay most
    sum.feerateRange.front() = block.feerateRange.front();
    sum.count += block.count;
    sum.vsize += block.vsize;
    sum.weight += block.weight;
    sum.totalFees += block.totalFees;
}

} // namespace

int ProjectedBlocksModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QHash<int, QByteArray> ProjectedBlocksModel::roleNames() const
{
    return {{WhenRole, "when"},
            {NumberRole, "number"},
            {FeerateRole, "rate"},
            {RangeRole, "range"},
            {TransactionsRole, "transactions"},
            {SizeRole, "sizeText"},
            {FeesRole, "fees"},
            {HintRole, "hint"},
            {SpokenRole, "spoken"},
            {FullnessRole, "fullness"},
            {SwatchRole, "swatch"},
            {EmptyRole, "empty"},
            {RestRole, "rest"}};
}

QVariant ProjectedBlocksModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    const ProjectedBlock &block = row.block;
    const bool isEmpty = block.count == 0, isRest = row.standsFor > 1;
    switch (role) {
    case WhenRole:
        return whenOf(row);
    case NumberRole:
        return u"+%1"_s.arg(row.number);
    case FeerateRole:
        return isEmpty || isRest ? QString() : Format().feerate(block.medianFeerate());
    case RangeRole:
        return isEmpty ? QString() : Format().feerateRange(block.feerateRange.front(), block.feerateRange.back());
    case TransactionsRole:
        return isEmpty ? QString() : tr("%Ln tx", nullptr, static_cast<int>(block.count));
    case SizeRole:
        return isEmpty ? QString() : Format().vbytes(block.vsize);
    case FeesRole:
        return isEmpty ? QString() : Format().coins(block.totalFees);
    case HintRole:
        return hintOf(row);
    case SpokenRole:
        return spoken(row);
    case FullnessRole:
        return isRest ? 1.0 : std::clamp(static_cast<double>(block.weight.value) / blockWeight, 0.0, 1.0);
    case SwatchRole:
        return feerateColour(isRest ? block.feerateRange.front() : block.medianFeerate());
    case EmptyRole:
        return isEmpty;
    case RestRole:
        return isRest;
    default:
        return {};
    }
}

void ProjectedBlocksModel::apply(const Update &update)
{
    const auto status = DataStatus::of(update.snapshot->status.state, update.snapshot->tip.isKnown());
    if (status != m_status) {
        m_status = status;
        Q_EMIT statusChanged();
    }
    const int blocks = blocksIn(update.events);
    const bool isNews = update.snapshot->projection != m_latest;
    m_latest = update.snapshot->projection;
    moveAhead(blocks);
    // A block is shown at once; what it leaves is worked out a moment later. Until then nothing jumps back.
    m_awaitsNews = (m_awaitsNews || blocks != 0) && !isNews;
    if (!m_awaitsNews)
        adopt();
}

void ProjectedBlocksModel::tick(std::int64_t)
{
    if (std::exchange(m_awaitsNews, false))
        adopt(); // the block had none of what waits in it
}

void ProjectedBlocksModel::setPlaces(int places)
{
    places = std::clamp(places, 0, mostPlaces);
    if (places == m_places)
        return;
    if (places < m_places) {
        beginRemoveRows({}, places, m_places - 1);
        m_rows.resize(static_cast<std::size_t>(places));
        m_places = places;
        endRemoveRows();
    } else {
        beginInsertRows({}, m_places, places - 1);
        m_rows.resize(static_cast<std::size_t>(places));
        m_places = places;
        endInsertRows();
    }
    adopt();
    Q_EMIT placesChanged();
}

/// A found block leaves at the front, and the others come nearer; a disconnected one the other way round.
void ProjectedBlocksModel::moveAhead(int blocks)
{
    if (std::abs(blocks) >= m_places)
        return; // another picture altogether
    for (; blocks > 0; --blocks) {
        beginRemoveRows({}, 0, 0);
        m_rows.erase(m_rows.begin());
        endRemoveRows();
        beginInsertRows({}, m_places - 1, m_places - 1);
        m_rows.push_back(Row{{}, m_places, 1});
        endInsertRows();
    }
    for (; blocks < 0; ++blocks) {
        beginRemoveRows({}, m_places - 1, m_places - 1);
        m_rows.pop_back();
        endRemoveRows();
        beginInsertRows({}, 0, 0);
        m_rows.insert(m_rows.begin(), Row{});
        endInsertRows();
    }
}

void ProjectedBlocksModel::adopt()
{
    const std::vector<Row> wanted = rowsOf(m_latest, m_places);
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (m_rows[i] == wanted[i])
            continue;
        m_rows[i] = wanted[i];
        const QModelIndex changed = index(static_cast<int>(i));
        Q_EMIT dataChanged(changed, changed);
    }
}

std::vector<ProjectedBlocksModel::Row> ProjectedBlocksModel::rowsOf(const ProjectedBlocks &projection, int places)
{
    std::vector<Row> rows(static_cast<std::size_t>(places));
    const std::size_t known = projection.blocks.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].number = static_cast<int>(i) + 1;
        if (i < known)
            rows[i].block = projection.blocks[i];
    }
    const bool moreWaits = known > rows.size() || (known == rows.size() && projection.rest.count > 0);
    if (rows.empty() || !moreWaits)
        return rows;
    Row &last = rows.back();
    for (std::size_t i = rows.size(); i < known; ++i)
        add(last.block, projection.blocks[i]);
    add(last.block, projection.rest);
    last.standsFor = std::max(2, static_cast<int>(std::ceil(static_cast<double>(last.block.weight.value) / blockWeight)));
    return rows;
}

QString ProjectedBlocksModel::whenOf(const Row &row)
{
    if (row.standsFor > 1)
        return tr("%Ln block(s)", nullptr, row.standsFor);
    return row.number == 1 ? tr("Next") : tr("~%1 min").arg(row.number * minutesPerBlock);
}

QString ProjectedBlocksModel::hintOf(const Row &row)
{
    if (row.block.count == 0)
        return tr("Nothing waits for this block yet");
    const Format format;
    const ProjectedBlock &block = row.block;
    QStringList lines;
    if (row.standsFor > 1)
        lines << tr("All that waits behind the blocks before it");
    else
        lines << (row.number == 1 ? tr("The next block, if it were found now")
                                  : tr("In about %1 min").arg(row.number * minutesPerBlock));
    lines << tr("%1 sat/vB").arg(format.feerateRange(block.feerateRange.front(), block.feerateRange.back()))
          << tr("%1 · %2").arg(tr("%Ln tx", nullptr, static_cast<int>(block.count)), format.vbytes(block.vsize))
          << tr("Fees %1").arg(format.coins(block.totalFees));
    if (row.standsFor == 1)
        lines << tr("%1 full").arg(format.percent(static_cast<double>(block.weight.value) / blockWeight));
    return lines.join(u'\n');
}

QString ProjectedBlocksModel::spoken(const Row &row)
{
    if (row.block.count == 0)
        return tr("empty");
    const Format format;
    QStringList parts;
    if (row.standsFor == 1)
        parts << tr("%1 sat/vB").arg(format.feerate(row.block.medianFeerate()));
    parts << tr("%Ln tx", nullptr, static_cast<int>(row.block.count)) << format.vbytes(row.block.vsize);
    return parts.join(u", "_s);
}

} // namespace tipwatch
