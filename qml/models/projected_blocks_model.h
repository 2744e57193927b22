// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QAbstractListModel>

#include <optional>

namespace tipwatch {

/// The blocks that would be found next, the very next one first: always `places` rows, so that the train keeps its shape. What there are
/// no transactions for is empty; if more wait than there are places for, the last row stands for all the rest. A block that is found takes
/// the first row away, a disconnected one puts one there: what was behind it moves.
class ProjectedBlocksModel : public QAbstractListModel, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY statusChanged)
    /// How many the train has room for.
    Q_PROPERTY(int places READ places WRITE setPlaces NOTIFY placesChanged)

public:
    static constexpr int mostPlaces = ProjectedBlocks::most;

    enum Role {
        WhenRole = Qt::UserRole, ///< "Next", "~20 min"; of the last row that stands for several "12 blocks"
        NumberRole,              ///< "+2": so many after the tip
        FeerateRole,
        RangeRole,
        TransactionsRole,
        SizeRole,
        FeesRole,
        HintRole,     ///< more of it, line by line
        SpokenRole,   ///< for a screen reader
        FullnessRole, ///< 0 to 1, by weight
        SwatchRole,
        EmptyRole, ///< nothing would be in it
        RestRole   ///< it is not one block but all the rest
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    DataStatus::Value status() const { return m_status; }
    int places() const { return m_places; }
    void setPlaces(int places);

Q_SIGNALS:
    void statusChanged();
    void placesChanged();

private:
    struct Row {
        ProjectedBlock block; ///< count 0: empty
        int number = 1;       ///< 1 is the very next; of the rest that of its first
        int standsFor = 1;    ///< blocks; more than one: it is the rest
        friend bool operator==(const Row &, const Row &) = default;
    };
    static std::vector<Row> rowsOf(const ProjectedBlocks &projection, int places);
    static QString whenOf(const Row &row);
    static QString hintOf(const Row &row);
    static QString spoken(const Row &row);
    void moveAhead(int blocks);
    void adopt();

    DataStatus::Value m_status = DataStatus::Unknown;
    int m_places = 0;
    std::vector<Row> m_rows;
    ProjectedBlocks m_latest;
    bool m_awaitsNews = false; ///< blocks came or went, and the projection is still the one before
};

} // namespace tipwatch
