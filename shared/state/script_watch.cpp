// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/script_watch.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

void ScriptWatch::begin(const Script &script)
{
    m_scripts.try_emplace(script);
}

void ScriptWatch::end(const Script &script)
{
    const auto found = m_scripts.find(script);
    if (found == m_scripts.end())
        return;
    for (const auto &[point, value] : found->second.coins)
        m_coins.erase(point);
    for (const ScriptActivity &activity : found->second.activity)
        unindex(activity.txid, found);
    m_scripts.erase(found);
    std::erase_if(m_news, [&](const ScriptActivity &news) { return news.script == script; });
}

void ScriptWatch::learn(const Script &script, const ScanResult &coins)
{
    const auto found = m_scripts.find(script);
    if (found == m_scripts.end())
        return;
    for (const UnspentOutput &unspent : coins.unspent)
        addCoin(found, unspent.point, unspent.value);
}

void ScriptWatch::addCoin(Scripts::iterator script, const OutPoint &point, Satoshi value)
{
    if (script->second.coins.size() >= mostCoins)
        return;
    script->second.coins.emplace(point, value);
    m_coins.emplace(point, script);
}

void ScriptWatch::unindex(const TxId &txid, Scripts::iterator script)
{
    const auto [first, last] = m_byTxid.equal_range(txid);
    const auto entry = std::find_if(first, last, [&](const auto &indexed) { return indexed.second == script; });
    if (entry != last)
        m_byTxid.erase(entry);
}

std::map<Script, ScriptActivity> ScriptWatch::touchedBy(const ScriptTransaction &transaction) const
{
    std::map<Script, ScriptActivity> touched;
    const auto of = [&](const Script &script) -> ScriptActivity & {
        ScriptActivity &activity = touched[script];
        activity.script = script;
        activity.txid = transaction.txid;
        return activity;
    };
    if (transaction.paysTo) {
        for (const TransactionOutput &output : *transaction.paysTo) {
            if (m_scripts.contains(output.script))
                of(output.script).received += output.value;
        }
    }
    if (!transaction.spends)
        return touched;
    for (const SpentOutput &spent : *transaction.spends) {
        if (const auto coin = m_coins.find(spent.point); coin != m_coins.end()) {
            ScriptActivity &activity = of(coin->second->first);
            activity.spends = true;
            activity.spent = activity.spent.value_or(Satoshi()) + coin->second->second.coins.at(spent.point);
            continue;
        }
        for (const Script &lock : spent.locks) {
            if (m_scripts.contains(lock))
                of(lock).spends = true;
        }
    }
    return touched;
}

std::vector<Script> ScriptWatch::spentBy(const ScriptTransaction &transaction) const
{
    std::vector<Script> scripts;
    for (const auto &[script, activity] : touchedBy(transaction)) {
        if (activity.spends)
            scripts.push_back(script);
    }
    return scripts;
}

void ScriptWatch::remember(const ScriptTransaction &transaction, TransactionStatus status,
                           const std::optional<ConfirmingBlock> &block, std::int64_t heardAt)
{
    for (auto &[script, activity] : touchedBy(transaction)) {
        const auto known = m_scripts.find(script);
        activity.status = status;
        activity.block = block;
        activity.heardAt = heardAt;
        note(known, std::move(activity));
        if (!transaction.paysTo)
            continue;
        for (std::uint32_t index = 0; index < transaction.paysTo->size(); ++index) {
            if (const TransactionOutput &output = (*transaction.paysTo)[index]; output.script == script)
                addCoin(known, {transaction.txid, index}, output.value);
        }
    }
}

/// In the place of what was known of the transaction.
void ScriptWatch::note(Scripts::iterator script, ScriptActivity activity)
{
    std::deque<ScriptActivity> &all = script->second.activity;
    if (std::erase_if(all, [&](const ScriptActivity &older) { return older.txid == activity.txid; }) == 0)
        m_byTxid.emplace(activity.txid, script);
    all.push_back(activity);
    if (all.size() > mostActivity) {
        unindex(all.front().txid, script);
        all.pop_front();
    }
    m_news.push_back(std::move(activity));
}

void ScriptWatch::seen(const ScriptTransaction &transaction, std::int64_t heardAt)
{
    if (!isEmpty())
        remember(transaction, TransactionStatus::Mempool, std::nullopt, heardAt);
}

void ScriptWatch::confirmed(const ScriptTransaction &transaction, const ConfirmingBlock &block, std::int64_t heardAt)
{
    if (!isEmpty())
        remember(transaction, TransactionStatus::Confirmed, block, heardAt);
}

/// Lets @p change(activity) say of each of a transaction whether it is another now.
template <class Change> void ScriptWatch::changeOf(const TxId &txid, Change change)
{
    const auto [first, last] = m_byTxid.equal_range(txid);
    for (auto indexed = first; indexed != last; ++indexed) {
        for (ScriptActivity &activity : indexed->second->second.activity) {
            if (activity.txid == txid && change(activity))
                m_news.push_back(activity);
        }
    }
}

void ScriptWatch::confirmed(const TxId &txid, const ConfirmingBlock &block, std::int64_t heardAt)
{
    changeOf(txid, [&](ScriptActivity &activity) {
        if (activity.status == TransactionStatus::Confirmed)
            return false;
        activity.status = TransactionStatus::Confirmed;
        activity.block = block;
        activity.heardAt = heardAt;
        return true;
    });
}

void ScriptWatch::removed(const TxId &txid, RemovalReason reason, std::int64_t heardAt)
{
    changeOf(txid, [&](ScriptActivity &activity) {
        if (activity.status != TransactionStatus::Mempool)
            return false;
        activity.status = TransactionStatus::Removed;
        activity.reason = reason;
        activity.heardAt = heardAt;
        return true;
    });
}

void ScriptWatch::blockDisconnected(const BlockHash &block, std::int64_t heardAt)
{
    for (auto &[script, known] : m_scripts) {
        for (ScriptActivity &activity : known.activity) {
            if (!activity.block || activity.block->hash != block)
                continue;
            activity.status = TransactionStatus::Removed;
            activity.reason = RemovalReason::Reorg;
            activity.block.reset();
            activity.heardAt = heardAt;
            m_news.push_back(activity);
        }
    }
}

std::vector<ScriptActivity> ScriptWatch::takeNews()
{
    return std::exchange(m_news, {});
}

std::optional<ScriptHistory> ScriptWatch::historyOf(const Script &script) const
{
    const auto found = m_scripts.find(script);
    if (found == m_scripts.end())
        return std::nullopt;
    return ScriptHistory{{found->second.activity.begin(), found->second.activity.end()}, found->second.coins.size()};
}

} // namespace tipwatch
