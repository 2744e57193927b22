// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/entry_loader.h"

#include "server/sources/bitcoin/detail_decoder.h"
#include "server/sources/bitcoin/log.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/bitcoin/script_locks.h"
#include "server/sources/bitcoin/transaction_decoder.h"

#include <algorithm>

namespace tipwatch {
namespace {

/// What the raw transaction tells beyond getmempoolentry.
void addTransaction(MempoolEntry &entry, const RpcResult &answer, bool withSpends)
{
    if (!answer)
        return; // gone meanwhile, or a node that gives no raw transactions
    const auto bytes = parseRawBytes(*answer, "getrawtransaction");
    if (!bytes)
        return;
    const auto transaction = decodeTransaction(*bytes);
    if (!transaction || transaction->txid != entry.txid) {
        qCWarning(lcBitcoin, "tx.unusable txid=%s why=\"%s\"", entry.txid.toHex().c_str(),
                  transaction ? "another txid" : transaction.error().message.c_str());
        return;
    }
    entry.value = transaction->value;
    entry.inputs = static_cast<std::int32_t>(transaction->inputs.size());
    entry.outputs = static_cast<std::int32_t>(transaction->outputs.size());
    std::vector<TransactionOutput> paysTo;
    paysTo.reserve(transaction->outputs.size());
    for (const TxOutput &output : transaction->outputs)
        paysTo.push_back({output.value, {output.script.begin(), output.script.end()}});
    entry.paysTo = std::make_shared<const std::vector<TransactionOutput>>(std::move(paysTo));
    entry.flags = static_cast<std::uint16_t>(entry.flags | transaction->flags());
    if (withSpends) {
        if (const auto detail = decodeDetail(*bytes))
            entry.spends = scriptTransactionOf(*detail).spends;
    }
}

} // namespace

EntryLoader::EntryLoader(const NodeLink &link, QObject *parent) : QObject(parent), m_link(link)
{
    m_sendTimer.setParent(this);
    m_sendTimer.setSingleShot(true);
    connect(&m_sendTimer, &QTimer::timeout, this, &EntryLoader::send);
}

void EntryLoader::add(const TxId &txid)
{
    m_arrivals.push_back(txid);
    if (!m_sendTimer.isActive())
        m_sendTimer.start(0);
}

void EntryLoader::describeAll()
{
    m_arrivals.clear();
    m_backlog = m_link.store.undescribed();
    m_sendTimer.start(0);
}

void EntryLoader::send()
{
    while (!m_arrivals.empty() && m_arrivalsUnderWay < arrivalBatches)
        sendArrivals();
    while (!m_backlog.empty() && !m_backlogUnderWay)
        sendBacklog();
}

void EntryLoader::sendArrivals()
{
    const std::size_t count = std::min(m_arrivals.size(), arrivalsPerBatch);
    const auto end = m_arrivals.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<TxId> txids(m_arrivals.begin(), end);
    m_arrivals.erase(m_arrivals.begin(), end);
    ++m_arrivalsUnderWay;
    request(std::move(txids), true);
}

void EntryLoader::sendBacklog()
{
    const std::size_t count = std::min(m_backlog.size(), backlogPerBatch);
    std::vector<TxId> txids(m_backlog.end() - static_cast<std::ptrdiff_t>(count), m_backlog.end());
    m_backlog.resize(m_backlog.size() - count);
    std::erase_if(txids, [this](const TxId &txid) { return !m_link.store.hasTransaction(txid); });
    if (txids.empty())
        return;
    m_backlogUnderWay = true;
    request(std::move(txids), false);
}

void EntryLoader::request(std::vector<TxId> txids, bool withTransactions)
{
    std::vector<RpcCall> calls;
    calls.reserve(txids.size() * (withTransactions ? 2 : 1));
    for (const TxId &txid : txids) {
        calls.push_back({"getmempoolentry", hashParams(txid)});
        if (withTransactions)
            calls.push_back({"getrawtransaction", hashParams(txid)});
    }
    m_link.rpc.batch(std::move(calls), [this, withTransactions,
                                        txids = std::move(txids)](tl::expected<std::span<const RpcResult>, RpcError> answers) {
        if (withTransactions)
            --m_arrivalsUnderWay;
        else
            m_backlogUnderWay = false;
        if (answers) {
            answered(txids, *answers, withTransactions);
            send();
        } else if (isPassing(answers.error())) {
            m_arrivals.insert(m_arrivals.begin(), txids.begin(), txids.end());
            m_sendTimer.start(busyRetryMs);
        } else {
            m_link.fail(answers.error());
        }
    });
}

void EntryLoader::answered(const std::vector<TxId> &txids, std::span<const RpcResult> answers, bool withTransactions)
{
    const std::size_t stride = withTransactions ? 2 : 1;
    std::vector<MempoolEntry> entries;
    entries.reserve(txids.size());
    for (std::size_t i = 0; i < txids.size(); ++i) {
        const RpcResult &answer = answers[i * stride];
        if (!answer)
            continue; // not in the mempool any more: the stream says or has said so
        auto entry = parseMempoolEntry(txids[i], *answer);
        if (!entry) {
            qCWarning(lcBitcoin, "tx.unusable txid=%s why=\"%s\"", txids[i].toHex().c_str(), entry.error().message.c_str());
            continue;
        }
        if (withTransactions)
            addTransaction(*entry, answers[i * stride + 1], m_link.store.watchesScripts());
        entries.push_back(std::move(*entry));
    }
    m_link.store.describeTransactions(std::move(entries));
}

} // namespace tipwatch
