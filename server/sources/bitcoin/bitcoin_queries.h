// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/node_locator.h"
#include "server/sources/bitcoin/rpc_client.h"
#include "shared/node/node_queries.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <span>

namespace tipwatch {

/// Puts readers' questions to a Bitcoin node, on connections of its own: however long an answer takes, the feed does not wait for it, and what
/// goes wrong here is no reason to doubt the feed. Backend thread.
class BitcoinQueries final : public QObject, public NodeQueries {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds patience{20'000};          ///< for an answer
    static constexpr std::chrono::milliseconds scanPatience{30 * 60'000}; ///< slow disks take many minutes

    explicit BitcoinQueries(QObject *parent = nullptr);
    ~BitcoinQueries() override;

    /// Which node is asked. Until then, and again with nothing, all is answered as NodeGone.
    void setNode(const std::optional<NodeAddress> &node);
    /// For the subsidy of blocks.
    void setHalvingInterval(std::int32_t blocks) { m_halvingInterval = blocks; }

    void transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) override;
    void block(const BlockName &name, Done<BlockDetailPtr> done) override;
    void scan(const Script &script, Progress progress, Done<ScanResultPtr> done) override;
    void cancelScan() override;

private:
    using Detail = std::shared_ptr<TransactionDetail>;

    template <class T> bool refuseWithoutNode(const Done<T> &done);
    void addHeight(const Detail &detail, const Done<TransactionDetailPtr> &done);
    void addUnspent(const Detail &detail, const Done<TransactionDetailPtr> &done);
    void addFromParents(const Detail &detail, const Done<TransactionDetailPtr> &done);
    void blockByHash(const BlockHash &hash, Done<BlockDetailPtr> done);
    QueryAnswer<BlockDetailPtr> blockFrom(std::span<const RpcResult> answers, const BlockHash &hash) const;
    void askForProgress();
    void abortScan();
    void endScan(QueryAnswer<ScanResultPtr> answer);

    std::unique_ptr<RpcClient> m_rpc;
    std::unique_ptr<RpcClient> m_before; ///< the node's before, for what it still has to answer
    std::int32_t m_halvingInterval = 210'000;
    QTimer m_progressTimer;
    Progress m_progress;
    Done<ScanResultPtr> m_scanDone; ///< null: no scan is under way
    std::uint64_t m_scans = 0;      ///< begun so far: answers to earlier ones are not listened to
    bool m_cancelled = false;
};

} // namespace tipwatch
