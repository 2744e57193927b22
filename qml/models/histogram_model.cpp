// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/histogram_model.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <algorithm>
#include <numeric>

namespace tipwatch {

namespace {

constexpr double blockVsize = 1'000'000; // a block's 4,000,000 weight units
// Edges that are written at the axis: as many as fit beside each other.
const QList<double> labelled{1, 3, 6, 12, 30, 60, 150};

} // namespace

int HistogramModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : bands;
}

QHash<int, QByteArray> HistogramModel::roleNames() const
{
    return {{FractionRole, "fraction"}, {EdgeRole, "edge"},   {RangeRole, "range"},
            {SizeRole, "sizeText"},     {AboveRole, "above"}, {SwatchRole, "swatch"}};
}

QVariant HistogramModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const Format format;
    switch (role) {
    case FractionRole:
        return m_peak > 0 ? static_cast<double>(m_vsize[row]) / static_cast<double>(m_peak) : 0.0;
    case EdgeRole:
        return labelled.contains(feerateBands[row]) ? format.locale().toString(feerateBands[row], 'f', 0) : QString();
    case RangeRole: {
        const QString from = format.locale().toString(feerateBands[row], 'f', 0);
        if (row + 1 == feerateBands.size())
            return tr("over %1 sat/vB").arg(from);
        return tr("%1–%2 sat/vB").arg(from, format.locale().toString(feerateBands[row + 1], 'f', 0));
    }
    case SizeRole:
        return format.vbytes(VBytes(m_vsize[row]));
    case AboveRole: {
        const std::int64_t above = std::accumulate(m_vsize.begin() + index.row() + 1, m_vsize.end(), std::int64_t(0));
        return tr("%1 pay more, %2 blocks")
            .arg(format.vbytes(VBytes(above)), format.locale().toString(static_cast<double>(above) / blockVsize, 'f', 1));
    }
    case SwatchRole: {
        const double upper = row + 1 < feerateBands.size() ? feerateBands[row + 1] : feerateBands[row] * 2;
        return feerateColour(Feerate((feerateBands[row] + upper) / 2));
    }
    default:
        return {};
    }
}

void HistogramModel::setBands(const std::vector<FeerateBand> &histogram)
{
    std::array<std::int64_t, feerateBands.size()> next{};
    for (const FeerateBand &band : histogram) {
        const auto it = std::find(feerateBands.begin(), feerateBands.end(), band.from.value);
        if (it != feerateBands.end())
            next[static_cast<std::size_t>(it - feerateBands.begin())] = band.vsize.value;
    }
    if (next == m_vsize)
        return;
    const std::int64_t peak = *std::max_element(next.begin(), next.end());
    const auto unchangedAbove = std::mismatch(next.rbegin(), next.rend(), m_vsize.rbegin()).first - next.rbegin();
    const bool rescaled = peak != m_peak;
    m_vsize = next;
    m_peak = peak;
    // What pays more than a band changes with every band above it.
    const int last = rescaled ? bands - 1 : bands - 1 - static_cast<int>(unchangedAbove);
    Q_EMIT dataChanged(index(0), index(last), {FractionRole, SizeRole, AboveRole});
    if (rescaled)
        Q_EMIT peakChanged();
}

QString HistogramModel::peakText() const
{
    return Format().vbytes(VBytes(m_peak));
}

} // namespace tipwatch
