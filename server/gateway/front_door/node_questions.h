// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/node/node_queries.h"

#include <QObject>

namespace tipwatch {

/// Asks the node, which is asked on the backend thread, from the front door's thread: there the answers come too. Questions whose answer is
/// still to come when the front door closes are not answered.
class NodeQuestions {
public:
    template <class T> using Done = NodeQueries::Done<T>;

    /// @p queries may be null: then every answer is NotSupported. @p backend lives on the backend thread and is destroyed there, after the
    /// front door has closed; @p door lives on the front door's thread.
    NodeQuestions(NodeQueries *queries, QObject &backend, QObject &door) : m_queries(queries), m_backend(backend), m_door(door) {}

    void transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) const;
    void block(const BlockName &name, Done<BlockDetailPtr> done) const;
    void scan(const Script &script, NodeQueries::Progress progress, Done<ScanResultPtr> done) const;
    void cancelScan() const;

private:
    template <class T, class Ask> void ask(Done<T> done, Ask ask) const;

    NodeQueries *m_queries;
    QObject &m_backend;
    QObject &m_door;
};

} // namespace tipwatch
