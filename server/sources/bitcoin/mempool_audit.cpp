// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/mempool_audit.h"

#include <algorithm>

namespace tipwatch {

std::size_t TxidSetView::connect(const BlockHash &hash)
{
    std::size_t removed = 0;
    if (const DecodedBlockPtr block = m_book.find(hash)) {
        for (const BlockTransaction &transaction : block->transactions)
            removed += m_txids.erase(transaction.txid);
    }
    return removed;
}

MempoolAudit::MempoolAudit(const MempoolTracker &tracker, const BlockBook &book)
    : m_examined(tracker), m_book(book), m_streamTip(tracker.streamTip())
{
}

void MempoolAudit::applied(const SequenceMessage &message)
{
    if (!m_shadow)
        m_journal.push_back(message);
    else if (m_skip > 0)
        --m_skip;
    else
        m_shadow->apply(message);
}

void MempoolAudit::snapshotArrived(const MempoolSnapshot &snapshot, const std::vector<SequenceMessage> &waiting)
{
    m_view = std::make_unique<TxidSetView>(m_book, snapshot.txids);
    m_shadow = std::make_unique<MempoolTracker>(*m_view);
    m_shadow->setStreamTip(m_streamTip);

    const std::size_t applied = m_journal.size();
    m_journal.insert(m_journal.end(), waiting.begin(), waiting.end());
    const std::size_t held = m_shadow->reset(snapshot, m_journal);
    m_skip = held > applied ? held - applied : 0;
    for (std::size_t i = held; i < applied; ++i)
        m_shadow->apply(m_journal[i]);
    m_journal.clear();
}

MempoolAudit::Verdict MempoolAudit::verdict(std::size_t viewSize, const std::function<bool(const TxId &)> &viewContains) const
{
    if (!m_shadow || m_skip > 0)
        return Verdict::Open;
    if (!m_shadow->doubt().empty())
        return Verdict::Void;
    if (!m_shadow->isSettled() || !m_examined.isSettled() || m_shadow->sequence() != m_examined.sequence() ||
        m_shadow->tip() != m_examined.tip())
        return Verdict::Open;
    const auto &expected = m_view->txids();
    const bool equal = expected.size() == viewSize && std::all_of(expected.begin(), expected.end(), viewContains);
    return equal ? Verdict::Equal : Verdict::Different;
}

} // namespace tipwatch
