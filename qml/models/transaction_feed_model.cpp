// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/transaction_feed_model.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <algorithm>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t keptReplacements = 1000;

} // namespace

int TransactionFeedModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QHash<int, QByteArray> TransactionFeedModel::roleNames() const
{
    return {{KindRole, "kind"},   {TimeRole, "time"}, {TitleRole, "title"},   {IdRole, "fullId"},    {DetailRole, "detail"},
            {BriefRole, "brief"}, {RateRole, "rate"}, {SwatchRole, "swatch"}, {SpokenRole, "spoken"}};
}

QVariant TransactionFeedModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case KindRole:
        return row.kind;
    case TimeRole:
        return Format().timeOfDay(row.time);
    case TitleRole:
        return row.title;
    case IdRole:
        return row.id;
    case DetailRole:
        return row.detail;
    case BriefRole:
        return row.brief;
    case RateRole:
        return row.rate;
    case SwatchRole:
        return row.swatch;
    case SpokenRole:
        return spoken(row);
    default:
        return {};
    }
}

QString TransactionFeedModel::spoken(const Row &row)
{
    QStringList parts{Format().timeOfDay(row.time), row.title, row.detail};
    if (!row.rate.isEmpty())
        parts << tr("%1 sat/vB").arg(row.rate);
    return parts.join(u", "_s);
}

bool TransactionFeedModel::passes(const Row &row, Filter filter)
{
    const bool ofChain = row.kind == Block || row.kind == Disconnected || row.kind == Reorg;
    switch (filter) {
    case All:
        return true;
    case Large:
        return row.large;
    case Replaced:
        return row.kind == Replacement;
    case Blocks:
        return ofChain;
    }
    return false;
}

void TransactionFeedModel::apply(const Update &update)
{
    const auto status = DataStatus::of(update.snapshot->status.state, update.snapshot->tip.isKnown());
    if (status != m_status) {
        m_status = status;
        Q_EMIT statusChanged();
    }

    std::vector<Row> fresh; // oldest first
    for (const ChainEventPtr &event : update.events)
        read(*event, fresh);
    if (fresh.empty())
        return;
    for (std::size_t filter = 0; filter < filters; ++filter) {
        Rows &kept = m_kept[filter];
        for (const Row &row : fresh) {
            if (passes(row, static_cast<Filter>(filter)))
                kept.push_front(row);
        }
        kept.resize(std::min(kept.size(), capacity));
    }
    std::erase_if(fresh, [this](const Row &row) { return !passes(row, m_filter); });
    if (fresh.empty())
        return;
    if (m_paused) {
        m_waiting += static_cast<std::int64_t>(fresh.size()) + (m_filter == All ? update.skipped : 0);
        Q_EMIT waitingChanged();
    } else {
        show(std::move(fresh));
    }
}

void TransactionFeedModel::read(const ChainEvent &event, std::vector<Row> &fresh)
{
    if (const auto *seen = std::get_if<TransactionsSeen>(&event.body)) {
        for (const MempoolEntry &entry : seen->entries)
            fresh.push_back(rowOf(entry, event.timestamp));
    } else if (const auto *removed = std::get_if<TransactionsRemoved>(&event.body)) {
        remember(*removed);
    } else if (const auto *connected = std::get_if<BlockConnected>(&event.body)) {
        fresh.push_back(rowOf(*connected->block, Block, event.timestamp));
    } else if (const auto *disconnected = std::get_if<BlockDisconnected>(&event.body)) {
        fresh.push_back(rowOf(*disconnected->block, Disconnected, event.timestamp));
    } else if (const auto *reorg = std::get_if<ChainReorganised>(&event.body)) {
        Row row;
        row.kind = Reorg;
        row.time = event.timestamp;
        row.title = tr("Reorg");
        row.detail = tr("%Ln block(s) replaced above %1", nullptr, static_cast<int>(reorg->disconnected.size()))
                         .arg(Format().count(reorg->fork.value));
        row.brief = tr("%Ln block(s) replaced", nullptr, static_cast<int>(reorg->disconnected.size()));
        if (!reorg->connected.empty())
            row.id = hexOf(reorg->connected.back()->hash);
        fresh.push_back(std::move(row));
    }
}

void TransactionFeedModel::remember(const TransactionsRemoved &removed)
{
    if (!removed.by)
        return;
    // What was replaced is told before the one that did it. Those whose word never comes must not pile up.
    if (m_replaced.size() >= keptReplacements)
        m_replaced.clear();
    auto &victims = m_replaced[*removed.by];
    victims.insert(victims.end(), removed.txids.begin(), removed.txids.end());
}

TransactionFeedModel::Row TransactionFeedModel::rowOf(const MempoolEntry &entry, std::int64_t time)
{
    const Format format;
    Row row;
    row.time = time;
    row.id = hexOf(entry.txid);
    row.title = Format::shortened(row.id, 6);
    row.rate = format.feerate(entry.feerate());
    row.swatch = feerateColour(entry.feerate());
    row.large = entry.value.value >= largeSatoshis;

    QStringList facts;
    const auto replaced = m_replaced.find(entry.txid);
    if (replaced != m_replaced.end() || entry.has(TxFlag::Replacement)) {
        row.kind = Replacement;
        facts << (replaced == m_replaced.end() ? tr("replacement")
                                               : tr("replaces %1").arg(Format::shortened(hexOf(replaced->second.front()))));
        if (replaced != m_replaced.end())
            m_replaced.erase(replaced);
    }
    if (entry.value.value >= 0)
        facts << format.coins(entry.value);
    facts << format.vbytes(entry.vsize);
    if (entry.has(TxFlag::SpendsMempool))
        facts << tr("spends unconfirmed");
    row.detail = facts.join(u" · "_s);
    row.brief = facts.first();
    return row;
}

TransactionFeedModel::Row TransactionFeedModel::rowOf(const BlockSummary &block, Kind kind, std::int64_t time)
{
    const Format format;
    Row row;
    row.kind = kind;
    row.time = time;
    row.id = hexOf(block.hash);
    row.title = tr("Block %1").arg(format.count(block.height.value));
    if (kind == Disconnected) {
        row.detail = row.brief = tr("disconnected");
        return row;
    }
    QStringList facts;
    if (!block.miner.empty())
        facts << QString::fromStdString(block.miner);
    facts << tr("%Ln tx", nullptr, block.txCount) << format.bytes(block.size);
    row.detail = facts.join(u" · "_s);
    row.brief = facts.first();
    if (const auto median = block.medianFeerate()) {
        row.rate = format.feerate(*median);
        row.swatch = feerateColour(*median);
    }
    return row;
}

void TransactionFeedModel::show(std::vector<Row> fresh)
{
    const std::size_t before = m_rows.size();
    if (fresh.size() > capacity)
        fresh.erase(fresh.begin(), fresh.end() - static_cast<std::ptrdiff_t>(capacity));
    // Room first, so that there are never more than `capacity`.
    const std::size_t room = std::min(m_rows.size(), capacity - fresh.size());
    if (room < m_rows.size()) {
        beginRemoveRows({}, static_cast<int>(room), rowCount() - 1);
        m_rows.resize(room);
        endRemoveRows();
    }
    beginInsertRows({}, 0, static_cast<int>(fresh.size()) - 1);
    for (Row &row : fresh)
        m_rows.push_front(std::move(row));
    endInsertRows();
    if (m_rows.size() != before)
        Q_EMIT countChanged();
}

void TransactionFeedModel::restart()
{
    beginResetModel();
    m_rows = m_kept[static_cast<std::size_t>(m_filter)];
    endResetModel();
    Q_EMIT countChanged();
    if (m_waiting != 0) {
        m_waiting = 0;
        Q_EMIT waitingChanged();
    }
}

void TransactionFeedModel::setFilter(Filter filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    restart();
    Q_EMIT filterChanged();
}

void TransactionFeedModel::setPaused(bool paused)
{
    if (paused == m_paused)
        return;
    m_paused = paused;
    if (!paused)
        restart();
    Q_EMIT pausedChanged();
}

QString TransactionFeedModel::waiting() const
{
    return m_waiting > 0 ? tr("%1 new").arg(Format().count(m_waiting)) : QString();
}

} // namespace tipwatch
