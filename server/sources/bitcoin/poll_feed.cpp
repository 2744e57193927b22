// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/poll_feed.h"

#include "server/sources/bitcoin/log.h"
#include "server/sources/bitcoin/mempool_query.h"
#include "server/sources/bitcoin/rpc_parser.h"

#include <algorithm>
#include <unordered_set>

namespace tipwatch {
namespace {

// All in ms.
constexpr int interval = 1000;
constexpr int loadFactor = 10;           // of the time between two questions at most a tenth is spent on the answer
constexpr int fullLookInterval = 30'000; // whatever the figures say
constexpr int longPollTime = 25'000;     // less than the client's timeout
constexpr int longPollRetry = 1000;      // a node that stops answers at once

} // namespace

PollFeed::PollFeed(const NodeLink &link, ChainLoader &chain, EntryLoader &entries, QObject *parent)
    : QObject(parent), m_link(link), m_chain(chain), m_entries(entries)
{
    m_timer.setParent(this);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PollFeed::ask);
}

void PollFeed::start()
{
    ask();
    waitForBlock();
}

void PollFeed::stop()
{
    m_stopped = true;
    m_timer.stop();
}

void PollFeed::look()
{
    if (m_asking)
        m_lookAgain = true;
    else if (!m_stopped)
        askAgainIn(0);
}

void PollFeed::askAgainIn(std::int64_t ms)
{
    if (!m_timer.isActive() || m_timer.remainingTime() > ms)
        m_timer.start(static_cast<int>(ms));
}

void PollFeed::ask()
{
    if (m_asking)
        return;
    m_asking = true;
    m_lookAgain = false;
    m_askedAt = m_link.clock.steadyMs();
    m_link.rpc.batch({{"getbestblockhash"}, {"getmempoolinfo"}},
                     [this](tl::expected<std::span<const RpcResult>, RpcError> answers) {
                         if (m_stopped)
                             return;
                         if (answers)
                             answered(*answers);
                         else
                             failed(answers.error());
                     });
}

void PollFeed::answered(std::span<const RpcResult> answers)
{
    Figures figures;
    if (answers[1]) {
        if (const auto info = parseMempoolInfo(*answers[1]))
            figures = {info->count, info->vsize.value, info->usage, info->totalFees.value_or(Satoshi(0)).value};
    }
    bool sameTip = false;
    if (answers[0]) {
        const auto tip = parseBlockHash(*answers[0], "getbestblockhash");
        sameTip = tip && m_link.store.tipBlock() && m_link.store.tipBlock()->hash == *tip;
    }
    const bool sameFigures = figures == m_figures && figures.count >= 0;
    m_figures = figures;
    if (m_following && sameTip && sameFigures && m_link.clock.steadyMs() - m_fullLookAt < fullLookInterval) {
        m_asking = false;
        return askAgainIn(m_lookAgain ? 0 : interval);
    }
    askMempool();
}

void PollFeed::askMempool()
{
    queryMempool(m_link.rpc, [this](tl::expected<MempoolSnapshot, RpcError> answer) {
        if (m_stopped)
            return;
        if (!answer)
            return failed(answer.error());
        const auto snapshot = std::make_shared<const MempoolSnapshot>(std::move(*answer));
        m_chain.follow(snapshot->tip, [this, snapshot](const std::optional<RpcError> &error) {
            if (m_stopped)
                return;
            if (!error)
                return update(*snapshot);
            // A block that is not there any more was taken back since: the next look will have another tip.
            if (error->kind == RpcError::Kind::Method)
                return tryAgain();
            failed(*error);
        });
    });
}

void PollFeed::update(const MempoolSnapshot &snapshot)
{
    ChainStore &store = m_link.store;
    const std::int64_t now = m_link.clock.unixMs();
    if (!m_following) {
        store.resetMempool(snapshot.txids, snapshot.sequence, now);
        m_entries.describeAll();
    } else {
        const std::unordered_set<TxId, HashOfHash256> wanted(snapshot.txids.begin(), snapshot.txids.end());
        for (const TxId &txid : store.mempoolTxids().txids) {
            if (!wanted.contains(txid))
                store.removeTransaction(txid, RemovalReason::Unknown, std::nullopt, snapshot.sequence, now);
        }
        for (const TxId &txid : snapshot.txids) {
            if (store.addTransaction(txid, snapshot.sequence, now))
                m_entries.add(txid);
        }
        store.setMempoolSequence(snapshot.sequence);
    }
    m_chain.fillHistory();
    m_chain.completeTip();
    m_asking = false;
    m_fullLookAt = m_link.clock.steadyMs();
    askAgainIn(m_lookAgain ? 0 : std::max<std::int64_t>(interval, (m_fullLookAt - m_askedAt) * loadFactor));
    if (!std::exchange(m_following, true))
        Q_EMIT changed();
}

void PollFeed::waitForBlock()
{
    if (m_stopped)
        return;
    const std::int64_t asked = m_link.clock.steadyMs();
    m_link.rpc.call({"waitfornewblock", "[" + std::to_string(longPollTime) + "]"}, [this, asked](const RpcResult &answer) {
        if (!answer && (answer.error().kind == RpcError::Kind::Method || answer.error().kind == RpcError::Kind::Forbidden)) {
            qCInfo(lcBitcoin, "poll.no_long_poll why=\"%s\"", answer.error().message.c_str());
            return; // not in this node, or not allowed: the timer has to do
        }
        if (answer)
            look();
        const bool early = !answer || m_link.clock.steadyMs() - asked < longPollRetry;
        QTimer::singleShot(early ? longPollRetry : 0, this, &PollFeed::waitForBlock);
    });
}

void PollFeed::failed(const RpcError &error)
{
    if (isPassing(error))
        tryAgain();
    else
        m_link.fail(error);
}

void PollFeed::tryAgain()
{
    m_asking = false;
    askAgainIn(interval);
}

} // namespace tipwatch
