// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"
#include "shared/node/node_queries.h"

#include <QObject>
#include <QTimer>

#include <functional>

namespace tipwatch::simulated {

class SimulatedNetwork;

/// Answers from what the invented network remembers: the mempool, the headers that were told, the transactions of the last few blocks. Blocks
/// and transactions beyond that are NotFound, as on a pruned node. A scan finds an amount that follows from the script. Backend thread.
class SimulatedQueries final : public QObject, public NodeQueries {
    Q_OBJECT

public:
    static constexpr int scanMs = 4000;

    /// @p network gives null while there is none.
    explicit SimulatedQueries(std::function<const SimulatedNetwork *()> network, QObject *parent = nullptr);

    void transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) override;
    void block(const BlockName &name, Done<BlockDetailPtr> done) override;
    void scan(const Script &script, Progress progress, Done<ScanResultPtr> done) override;
    void cancelScan() override;

private:
    template <class T> void later(Done<T> done, QueryAnswer<T> answer);
    QueryAnswer<BlockDetailPtr> blockNow(const BlockName &name) const;
    void scanGoesOn();
    void endScan(QueryAnswer<ScanResultPtr> answer);

    std::function<const SimulatedNetwork *()> m_network;
    QTimer m_scanTimer;
    int m_scanSteps = 0;
    Script m_scanned;
    Progress m_progress;
    Done<ScanResultPtr> m_scanDone;
};

} // namespace tipwatch::simulated
