// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/fees_model.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <cmath>

namespace tipwatch {

namespace {

constexpr int rows = 5;

} // namespace

int FeesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : rows;
}

QHash<int, QByteArray> FeesModel::roleNames() const
{
    return {{NameRole, "name"}, {RateRole, "rate"}, {CostRole, "cost"}, {KnownRole, "known"}, {SwatchRole, "swatch"}};
}

std::optional<Feerate> FeesModel::rateAt(int row) const
{
    switch (row) {
    case 0:
        return m_fees.nextBlock;
    case 1:
        return m_fees.halfHour;
    case 2:
        return m_fees.hour;
    case 3:
        return m_fees.economy;
    default:
        return m_fees.minimum.value > 0 ? std::optional(m_fees.minimum) : std::nullopt;
    }
}

QVariant FeesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const std::optional<Feerate> rate = rateAt(index.row());
    switch (role) {
    case NameRole: {
        const QString names[rows] = {tr("Next block"), tr("Half an hour"), tr("An hour"), tr("Economy"), tr("Minimum")};
        return names[index.row()];
    }
    case RateRole:
        return rate ? Format().feerate(*rate) : QStringLiteral("–");
    case CostRole:
        return rate ? Format().satoshis(Satoshi(std::llround(std::ceil(rate->value * static_cast<double>(typicalVsize)))))
                    : QString();
    case KnownRole:
        return rate.has_value();
    case SwatchRole:
        return rate ? feerateColour(*rate) : QColor(Qt::transparent);
    default:
        return {};
    }
}

void FeesModel::apply(const Update &update)
{
    const auto status = DataStatus::of(update.snapshot->status.state, update.snapshot->tip.isKnown());
    const bool fees = update.snapshot->fees != m_fees;
    if (fees) {
        m_fees = update.snapshot->fees;
        Q_EMIT dataChanged(index(0), index(rows - 1));
    }
    if (fees || status != m_status) {
        m_status = status;
        Q_EMIT statusChanged();
    }
}

} // namespace tipwatch
