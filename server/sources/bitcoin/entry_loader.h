// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/node_link.h"

#include <QObject>
#include <QTimer>

#include <deque>
#include <vector>

namespace tipwatch {

/// Asks the node what the transactions are that the mempool view knows by txid only, and tells the store. Backend thread.
///
/// Arrivals of one turn of the event loop share a request, and while one is under way the next one grows: so a quiet node is asked at
/// once and a busy one rarely. The transactions of a snapshot are asked for in large chunks, one at a time, beside the arrivals.
class EntryLoader : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t arrivalsPerBatch = 100;
    static constexpr std::size_t backlogPerBatch = 500;
    static constexpr int arrivalBatches = 2; ///< under way at a time

    explicit EntryLoader(const NodeLink &link, QObject *parent = nullptr);

    /// A transaction that has just arrived.
    void add(const TxId &txid);

    /// Everything that the store has no description of; what was asked for before is asked for anew.
    void describeAll();

    bool isIdle() const { return m_arrivals.empty() && m_backlog.empty() && m_arrivalsUnderWay == 0 && !m_backlogUnderWay; }

private:
    void send();
    void sendArrivals();
    void sendBacklog();
    void request(std::vector<TxId> txids, bool withTransactions);
    void answered(const std::vector<TxId> &txids, std::span<const RpcResult> answers, bool withTransactions);

    const NodeLink &m_link;
    std::deque<TxId> m_arrivals;
    std::vector<TxId> m_backlog; ///< taken from the back
    int m_arrivalsUnderWay = 0;
    bool m_backlogUnderWay = false;
    QTimer m_sendTimer;
};

} // namespace tipwatch
