// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/node_questions.h"

#include <QPointer>

namespace tipwatch {

/// Puts @p ask on the backend thread and its answer back on the front door's.
template <class T, class Ask> void NodeQuestions::ask(Done<T> done, Ask ask) const
{
    // The pointer is looked at on the backend thread only, where what it points to is destroyed.
    const Done<T> later = [backend = QPointer(&m_backend), door = &m_door, done = std::move(done)](const QueryAnswer<T> &answer) {
        if (!backend)
            return;
        QMetaObject::invokeMethod(
            door, [done, answer] { done(answer); }, Qt::QueuedConnection);
    };
    QMetaObject::invokeMethod(
        &m_backend,
        [queries = m_queries, ask, later] {
            if (queries)
                ask(*queries, later);
            else
                later(tl::unexpected(QueryError{QueryError::Kind::NotSupported, "There is no node that could be asked."}));
        },
        Qt::QueuedConnection);
}

void NodeQuestions::transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) const
{
    ask(std::move(done), [txid, block](NodeQueries &queries, const Done<TransactionDetailPtr> &answer) {
        queries.transaction(txid, block, answer);
    });
}

void NodeQuestions::block(const BlockName &name, Done<BlockDetailPtr> done) const
{
    ask(std::move(done), [name](NodeQueries &queries, const Done<BlockDetailPtr> &answer) { queries.block(name, answer); });
}

void NodeQuestions::scan(const Script &script, NodeQueries::Progress progress, Done<ScanResultPtr> done) const
{
    const auto tell = [backend = QPointer(&m_backend), door = &m_door, progress = std::move(progress)](double share) {
        if (!backend)
            return;
        QMetaObject::invokeMethod(
            door, [progress, share] { progress(share); }, Qt::QueuedConnection);
    };
    ask(std::move(done),
        [script, tell](NodeQueries &queries, const Done<ScanResultPtr> &answer) { queries.scan(script, tell, answer); });
}

void NodeQuestions::cancelScan() const
{
    QMetaObject::invokeMethod(
        &m_backend,
        [queries = m_queries] {
            if (queries)
                queries->cancelScan();
        },
        Qt::QueuedConnection);
}

} // namespace tipwatch
