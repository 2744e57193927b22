// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/update.h"

#include <QAbstractListModel>
#include <QColor>

#include <array>
#include <deque>
#include <unordered_map>

namespace tipwatch {

/// What happens, newest first: transactions, replacements, blocks, reorgs. At most `capacity` rows of each filter are kept, so that a
/// block does not vanish among transactions. While paused the rows stand still and what comes is counted.
class TransactionFeedModel : public QAbstractListModel, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY statusChanged)
    Q_PROPERTY(Filter filter READ filter WRITE setFilter NOTIFY filterChanged)
    Q_PROPERTY(bool paused READ paused WRITE setPaused NOTIFY pausedChanged)
    /// What came while paused, as text; empty if nothing.
    Q_PROPERTY(QString waiting READ waiting NOTIFY waitingChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    enum Kind { Transaction, Replacement, Block, Disconnected, Reorg };
    Q_ENUM(Kind)

    enum Filter { All, Large, Replaced, Blocks };
    Q_ENUM(Filter)

    static constexpr std::size_t capacity = 200;
    static constexpr std::int64_t largeSatoshis = 1'000'000'000; ///< ten coins: what the filter "large" lets through

    enum Role { KindRole = Qt::UserRole, TimeRole, TitleRole, IdRole, DetailRole, BriefRole, RateRole, SwatchRole, SpokenRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void apply(const Update &update) override;

    DataStatus::Value status() const { return m_status; }
    Filter filter() const { return m_filter; }
    void setFilter(Filter filter);
    bool paused() const { return m_paused; }
    void setPaused(bool paused);
    QString waiting() const;
    int count() const { return rowCount(); }

Q_SIGNALS:
    void statusChanged();
    void filterChanged();
    void pausedChanged();
    void waitingChanged();
    void countChanged();

private:
    struct Row {
        Kind kind = Transaction;
        std::int64_t time = 0; ///< Unix ms
        QString title;
        QString id; ///< txid or block hash, whole
        QString detail;
        QString brief; ///< what of the detail matters most
        QString rate;
        QColor swatch;
        bool large = false;
    };
    static constexpr std::size_t filters = 4;
    using Rows = std::deque<Row>; ///< newest first

    static QString spoken(const Row &row);
    static bool passes(const Row &row, Filter filter);
    void read(const ChainEvent &event, std::vector<Row> &fresh);
    Row rowOf(const MempoolEntry &entry, std::int64_t time);
    static Row rowOf(const BlockSummary &block, Kind kind, std::int64_t time);
    void remember(const TransactionsRemoved &removed);
    void show(std::vector<Row> fresh);
    void restart();

    DataStatus::Value m_status = DataStatus::Unknown;
    Filter m_filter = All;
    bool m_paused = false;
    std::int64_t m_waiting = 0;
    std::array<Rows, filters> m_kept;                                      ///< by filter, running on while paused
    Rows m_rows;                                                           ///< what is shown
    std::unordered_map<TxId, std::vector<TxId>, HashOfHash256> m_replaced; ///< by the transaction that did it
};

} // namespace tipwatch
