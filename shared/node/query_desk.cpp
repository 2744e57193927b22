// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/node/query_desk.h"

#include <QPointer>
#include <QTimer>

#include <tuple>

namespace tipwatch {

namespace {

const QueryError nobody{QueryError::Kind::NodeGone, "No node is connected that could be asked."};
const QueryError tooMuch{QueryError::Kind::Busy, "The node is being asked too much already; try again in a moment."};

} // namespace

template <class T> void QueryDesk::refuse(Done<T> done, QueryError error)
{
    QTimer::singleShot(0, this, [done = std::move(done), error = std::move(error)] { done(tl::unexpected(error)); });
}

/// Adds somebody to a question that is put already, or puts it down. @return whether the source is to be asked.
template <class Key, class T> bool QueryDesk::join(Questions<Key, T> &questions, const Key &key, Done<T> done)
{
    if (!m_source) {
        refuse(std::move(done), nobody);
        return false;
    }
    const auto asked = questions.find(key);
    if (asked == questions.end() ? questions.size() >= mostQuestions : asked->second.size() >= mostAskers) {
        refuse(std::move(done), tooMuch);
        return false;
    }
    questions[key].push_back(std::move(done));
    return asked == questions.end();
}

/// Tells everybody who asked.
template <class Key, class T> NodeQueries::Done<T> QueryDesk::answering(Questions<Key, T> &questions, const Key &key)
{
    return [self = QPointer(this), &questions, key, round = m_round](const QueryAnswer<T> &answer) {
        if (!self || round != self->m_round)
            return;
        auto askers = questions.extract(key); // first: an answer may lead to the same question again
        if (askers.empty())
            return;
        for (const Done<T> &done : askers.mapped())
            done(answer);
    };
}

void QueryDesk::setSource(NodeQueries *source)
{
    ++m_round;
    m_source = source;
    m_scanProgress.clear();
    const auto questions =
        std::make_tuple(std::exchange(m_transactions, {}), std::exchange(m_blocks, {}), std::exchange(m_scans, {}));
    const auto giveUp = [](const auto &asked) {
        for (const auto &[key, askers] : asked) {
            for (const auto &done : askers)
                done(tl::unexpected(nobody));
        }
    };
    std::apply([&](const auto &...asked) { (giveUp(asked), ...); }, questions);
}

void QueryDesk::transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done)
{
    const TransactionKey key{txid, block};
    if (join(m_transactions, key, std::move(done)))
        m_source->transaction(txid, block, answering(m_transactions, key));
}

void QueryDesk::block(const BlockName &name, Done<BlockDetailPtr> done)
{
    if (join(m_blocks, name, std::move(done)))
        m_source->block(name, answering(m_blocks, name));
}

void QueryDesk::scan(const Script &script, Progress progress, Done<ScanResultPtr> done)
{
    if (!m_scans.empty() && !m_scans.contains(script)) {
        refuse(std::move(done),
               {QueryError::Kind::Busy, "A scan for another address is under way; the node does one at a time."});
        return;
    }
    const std::size_t before = m_scans.empty() ? 0 : m_scans.begin()->second.size();
    const bool isNew = join(m_scans, script, std::move(done));
    if (progress && !m_scans.empty() && m_scans.begin()->second.size() > before)
        m_scanProgress.push_back(std::move(progress));
    if (!isNew)
        return;
    const auto tell = [self = QPointer(this), round = m_round](double share) {
        if (!self || round != self->m_round)
            return;
        const std::vector<Progress> listeners = self->m_scanProgress;
        for (const Progress &listener : listeners)
            listener(share);
    };
    m_source->scan(script, tell,
                   [self = QPointer(this), round = m_round, tellAll = answering(m_scans, script)](const auto &answer) {
                       if (!self || round != self->m_round)
                           return;
                       self->m_scanProgress.clear();
                       tellAll(answer);
                   });
}

void QueryDesk::cancelScan()
{
    if (m_source && !m_scans.empty())
        m_source->cancelScan();
}

} // namespace tipwatch
