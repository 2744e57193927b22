// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QAbstractListModel>

namespace tipwatch {

/// The latest mined blocks, newest first. A disconnected one stays where it was, marked stale, for `staleSeconds`.
class BlocksModel : public QAbstractListModel, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY statusChanged)

public:
    static constexpr int shown = 24;        ///< of the active chain: what the widest screen holds
    static constexpr int staleSeconds = 90; ///< long enough to be noticed on a glance every minute

    enum Role {
        HeightRole = Qt::UserRole,
        FeerateRole,
        WithoutRole, ///< what to say in its place while there is none
        RangeRole,
        TransactionsRole,
        SizeRole,
        MinerRole,
        AgeRole,
        HintRole,   ///< more of it, line by line
        SpokenRole, ///< for a screen reader
        FullnessRole,
        SurfaceRole,
        EdgeRole,
        FeesKnownRole,
        StaleRole
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    DataStatus::Value status() const { return m_status; }

Q_SIGNALS:
    void statusChanged();

private:
    struct Row {
        BlockPtr block;
        std::int64_t staleSince = 0; ///< Unix ms; 0 is on the active chain
        QString age;
    };
    QString ageOf(const Row &row) const;
    static QString hintOf(const BlockSummary &block);
    static QString spoken(const Row &row);
    void adopt(const std::vector<BlockPtr> &chain);
    void replaceAll(const std::vector<BlockPtr> &chain);
    void removeRow(int row);
    int firstActive(int from) const;

    DataStatus::Value m_status = DataStatus::Unknown;
    std::vector<Row> m_rows;
    std::int64_t m_now = 0; ///< Unix ms
};

} // namespace tipwatch
