// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/blocks_model.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <algorithm>
#include <unordered_set>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr double maxWeight = 4'000'000; // BIP 141

std::int64_t cameAt(const BlockSummary &block)
{
    return block.receivedAt > 0 ? block.receivedAt : block.time * 1000;
}

} // namespace

int BlocksModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QHash<int, QByteArray> BlocksModel::roleNames() const
{
    return {{HeightRole, "heightText"},
            {FeerateRole, "feerate"},
            {WithoutRole, "withoutFeerate"},
            {RangeRole, "range"},
            {TransactionsRole, "transactions"},
            {SizeRole, "sizeText"},
            {MinerRole, "miner"},
            {AgeRole, "age"},
            {HintRole, "hint"},
            {SpokenRole, "spoken"},
            {FullnessRole, "fullness"},
            {SurfaceRole, "fill"},
            {EdgeRole, "edge"},
            {StaleRole, "stale"},
            {FeesKnownRole, "feesKnown"}};
}

QVariant BlocksModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    const BlockSummary &block = *row.block;
    const auto median = block.medianFeerate();
    switch (role) {
    case HeightRole:
        return Format().count(block.height.value);
        return hexOf(block.hash);
    case FeerateRole:
        return median ? Format().feerate(*median) : QString();
    case WithoutRole:
        return block.txCount <= 1 ? tr("Empty block") : tr("Fees unknown");
    case RangeRole:
        return block.feerateRange ? Format().feerateRange(block.feerateRange->front(), block.feerateRange->back()) : QString();
    case TransactionsRole:
        return tr("%Ln tx", nullptr, block.txCount);
    case SizeRole:
        return Format().bytes(block.size);
    case MinerRole:
        return block.miner.empty() ? tr("Unknown miner") : QString::fromStdString(block.miner);
    case AgeRole:
        return row.age;
    case HintRole:
        return hintOf(block);
    case SpokenRole:
        return spoken(row);
    case FullnessRole:
        return std::clamp(static_cast<double>(block.weight.value) / maxWeight, 0.0, 1.0);
    case SurfaceRole:
        return feerateSurface(median.value_or(Feerate(0)));
    case EdgeRole:
        return feerateColour(median.value_or(Feerate(0)));
    case FeesKnownRole:
        return median.has_value();
    case StaleRole:
        return row.staleSince > 0;
    default:
        return {};
    }
}

void BlocksModel::apply(const Update &update)
{
    m_now = update.now;
    adopt(update.snapshot->blocks);
    const auto status = DataStatus::of(update.snapshot->status.state, !m_rows.empty());
    if (status != m_status) {
        m_status = status;
        Q_EMIT statusChanged();
    }
}

int BlocksModel::firstActive(int from) const
{
    int row = from;
    while (row < rowCount() && m_rows[static_cast<std::size_t>(row)].staleSince > 0)
        ++row;
    return row;
}

void BlocksModel::adopt(const std::vector<BlockPtr> &chain)
{
    const std::size_t wanted = std::min<std::size_t>(chain.size(), shown);
    std::unordered_set<BlockHash, HashOfHash256> incoming;
    for (std::size_t i = 0; i < wanted; ++i)
        incoming.insert(chain[i]->hash);
    const bool anyCommon =
        std::any_of(m_rows.begin(), m_rows.end(), [&](const Row &row) { return incoming.contains(row.block->hash); });
    if (!anyCommon) {
        // Another chain altogether, or away for longer than the train is long.
        if (!m_rows.empty() || wanted > 0)
            replaceAll(chain);
        return;
    }

    // What is above the highest common block has been disconnected.
    for (int row = 0; row < rowCount(); ++row) {
        Row &entry = m_rows[static_cast<std::size_t>(row)];
        if (incoming.contains(entry.block->hash)) {
            if (entry.staleSince == 0)
                break;
            entry.staleSince = 0; // a branch that was left and came back
        } else if (entry.staleSince == 0) {
            entry.staleSince = std::max<std::int64_t>(m_now, 1);
        } else {
            continue;
        }
        Q_EMIT dataChanged(index(row), index(row), {StaleRole, SpokenRole});
    }

    // Walk both downwards: insert what is new, replace what is better known.
    int row = 0;
    for (std::size_t i = 0; i < wanted; ++i) {
        const int active = firstActive(row);
        if (active < rowCount() && m_rows[static_cast<std::size_t>(active)].block->hash == chain[i]->hash) {
            Row &entry = m_rows[static_cast<std::size_t>(active)];
            if (entry.block != chain[i]) {
                entry.block = chain[i];
                entry.age = ageOf(entry);
                Q_EMIT dataChanged(index(active), index(active));
            }
            row = active + 1;
            continue;
        }
        beginInsertRows({}, row, row);
        Row entry{chain[i], 0, {}};
        entry.age = ageOf(entry);
        m_rows.insert(m_rows.begin() + row, std::move(entry));
        endInsertRows();
        ++row;
    }
    while (rowCount() > row)
        removeRow(rowCount() - 1);
}

void BlocksModel::replaceAll(const std::vector<BlockPtr> &chain)
{
    beginResetModel();
    m_rows.clear();
    for (std::size_t i = 0; i < std::min<std::size_t>(chain.size(), shown); ++i) {
        Row row{chain[i], 0, {}};
        row.age = ageOf(row);
        m_rows.push_back(std::move(row));
    }
    endResetModel();
}

void BlocksModel::removeRow(int row)
{
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

void BlocksModel::tick(std::int64_t now)
{
    m_now = now;
    for (int row = rowCount() - 1; row >= 0; --row) {
        Row &entry = m_rows[static_cast<std::size_t>(row)];
        if (entry.staleSince > 0 && now - entry.staleSince >= staleSeconds * 1000) {
            removeRow(row);
            continue;
        }
        QString age = ageOf(entry);
        if (age != entry.age) {
            entry.age = std::move(age);
            Q_EMIT dataChanged(index(row), index(row), {AgeRole, SpokenRole});
        }
    }
}

QString BlocksModel::hintOf(const BlockSummary &block)
{
    const Format format;
    QStringList lines{tr("Block %1").arg(format.count(block.height.value)), hexOf(block.hash), format.dateAndTime(block.time)};
    if (block.feerateRange)
        lines << tr("%1 sat/vB").arg(format.feerateRange(block.feerateRange->front(), block.feerateRange->back()));
    if (block.totalFees)
        lines << tr("Fees %1").arg(format.coins(*block.totalFees));
    return lines.join(u'\n');
}

QString BlocksModel::spoken(const Row &row)
{
    const Format format;
    const BlockSummary &block = *row.block;
    QStringList parts;
    if (row.staleSince > 0)
        parts << tr("disconnected");
    if (const auto median = block.medianFeerate())
        parts << tr("%1 sat/vB").arg(format.feerate(*median));
    parts << tr("%Ln tx", nullptr, block.txCount) << format.bytes(block.size) << row.age;
    return parts.join(u", "_s);
}

QString BlocksModel::ageOf(const Row &row) const
{
    return Format().ago((m_now - cameAt(*row.block)) / 1000);
}

} // namespace tipwatch
