// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QAbstractListModel>

namespace tipwatch {

/// What a transaction costs: one row per time to wait, dearest first, the node's minimum last.
class FeesModel : public QAbstractListModel, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY statusChanged)
    /// The node has at least one estimate (a fresh one has none).
    Q_PROPERTY(bool hasEstimates READ hasEstimates NOTIFY statusChanged)

public:
    /// Size of a usual payment: one taproot or segwit input, two outputs.
    static constexpr std::int64_t typicalVsize = 141;

    enum Role { NameRole = Qt::UserRole, RateRole, CostRole, KnownRole, SwatchRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void apply(const Update &update) override;

    DataStatus::Value status() const { return m_status; }
    bool hasEstimates() const { return m_fees.nextBlock || m_fees.halfHour || m_fees.hour || m_fees.economy; }

Q_SIGNALS:
    void statusChanged();

private:
    std::optional<Feerate> rateAt(int row) const;

    DataStatus::Value m_status = DataStatus::Unknown;
    FeeEstimates m_fees;
};

} // namespace tipwatch
