// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/node/node_queries.h"

#include <QObject>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tipwatch {

/// Where readers ask the node, whichever source there is at the moment: equal questions are asked once, not too many at a time, and none
/// stays without an answer when the source goes. What is asked of a desk that is destroyed is not answered any more. Backend thread.
class QueryDesk final : public QObject, public NodeQueries {
    Q_OBJECT

public:
    static constexpr std::size_t mostQuestions = 64; ///< different ones under way, of each kind; one more is Busy
    static constexpr std::size_t mostAskers = 256;   ///< of one question; one more is Busy

    explicit QueryDesk(QObject *parent = nullptr) : QObject(parent) {}

    /// Who answers from now on; null: nobody. What is under way is answered as NodeGone. @p source has to stay until this is called again;
    /// what it answers after that is not listened to.
    void setSource(NodeQueries *source);

    void transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) override;
    void block(const BlockName &name, Done<BlockDetailPtr> done) override;
    /// Joins the scan under way if that is for the same script.
    void scan(const Script &script, Progress progress, Done<ScanResultPtr> done) override;
    void cancelScan() override;

private:
    template <class Key, class T> using Questions = std::map<Key, std::vector<Done<T>>>;
    using TransactionKey = std::pair<TxId, std::optional<BlockHash>>;

    template <class T> void refuse(Done<T> done, QueryError error);
    template <class Key, class T> bool join(Questions<Key, T> &questions, const Key &key, Done<T> done);
    template <class Key, class T> Done<T> answering(Questions<Key, T> &questions, const Key &key);

    NodeQueries *m_source = nullptr;
    std::uint64_t m_round = 0; ///< of the source: answers of an earlier one are not listened to
    Questions<TransactionKey, TransactionDetailPtr> m_transactions;
    Questions<BlockName, BlockDetailPtr> m_blocks;
    Questions<Script, ScanResultPtr> m_scans; ///< one at most
    std::vector<Progress> m_scanProgress;     ///< of those who asked for it
};

} // namespace tipwatch
