// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/mempool_summary.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <array>

namespace tipwatch {

/// The mempool by feerate: one row per band of `feerateBands`, cheapest first, also those with nothing in them.
class HistogramModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    /// Size of the fullest band, as text.
    Q_PROPERTY(QString peakText READ peakText NOTIFY peakChanged)

public:
    static constexpr int bands = static_cast<int>(feerateBands.size());

    enum Role {
        FractionRole = Qt::UserRole, ///< of the fullest band, 0 to 1
        EdgeRole,                    ///< lower edge, for the axis; empty where there is no room for it
        RangeRole,                   ///< "12–15 sat/vB"
        SizeRole,
        AboveRole, ///< what pays more than this band, in words
        SwatchRole
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    /// Announces nothing if nothing changed.
    void setBands(const std::vector<FeerateBand> &histogram);

    QString peakText() const;

Q_SIGNALS:
    void peakChanged();

private:
    std::array<std::int64_t, feerateBands.size()> m_vsize{};
    std::int64_t m_peak = 0;
};

} // namespace tipwatch
