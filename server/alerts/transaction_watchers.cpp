// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/transaction_watchers.h"

#include "server/alerts/words.h"
#include "shared/domain/address.h"

#include <algorithm>

namespace tipwatch {

namespace {

/// "0123456789…": as much of a txid or an address as a heading has room for.
std::string shortened(const std::string &text)
{
    constexpr std::size_t shown = 10;
    return text.size() <= 2 * shown ? text : text.substr(0, shown) + "…";
}

std::string whyGone(const TransactionsRemoved &removed)
{
    switch (removed.reason) {
    case RemovalReason::Mined:
        return "confirmed";
    case RemovalReason::Replaced:
        return "replaced";
    case RemovalReason::Conflict:
        return "dropped: a block spent the same outputs";
    case RemovalReason::Evicted:
        return "evicted: the mempool is full";
    case RemovalReason::Expired:
        return "expired";
    case RemovalReason::Reorg:
        return "dropped in a reorg";
    case RemovalReason::Unknown:
        break;
    }
    return "gone from the mempool";
}

} // namespace

// --- a transaction

void TransactionWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *seen = std::get_if<TransactionsSeen>(&event.body)) {
        const auto found = std::ranges::find(seen->entries, m_txid, &MempoolEntry::txid);
        if (found == seen->entries.end())
            return;
        m_isConfirmed = false;
        say("seen", "It is in the mempool: " + grouped(found->vsize.value) + " vB at " + feerateWords(found->feerate()) + ".", at,
            out);
    } else if (const auto *gone = std::get_if<TransactionsRemoved>(&event.body)) {
        removed(*gone, at, out);
    } else if (const auto *connected = std::get_if<BlockConnected>(&event.body)) {
        confirmed(*connected, at, out);
    }
}

void TransactionWatcher::removed(const TransactionsRemoved &event, const Moment &at, Firings &out)
{
    if (std::ranges::find(event.txids, m_txid) == event.txids.end())
        return;
    if (event.reason == RemovalReason::Mined) {
        if (!m_isConfirmed)
            say("confirmed", "It is in the latest block.", at, out);
        m_isConfirmed = true;
        return;
    }
    say(whyGone(event), event.by ? "In its place is " + event.by->toHex() + "." : "It is not in the mempool any more.", at, out);
}

void TransactionWatcher::confirmed(const BlockConnected &event, const Moment &at, Firings &out)
{
    if (!event.transactions || m_isConfirmed ||
        std::ranges::find(*event.transactions, m_txid, &ConfirmedTransaction::txid) == event.transactions->end())
        return;
    m_isConfirmed = true;
    say("confirmed", "It is in block " + grouped(event.block->height.value) + ".", at, out);
}

void TransactionWatcher::say(const std::string &what, std::string text, const Moment &at, Firings &out)
{
    const std::string txid = m_txid.toHex();
    tell({"Transaction " + shortened(txid) + " " + what, std::move(text), txid}, at, out);
}

// --- an address

void AddressWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (scriptOn(event.network).empty())
        return;
    if (const auto *arrived = std::get_if<TransactionsSeen>(&event.body))
        seen(*arrived, at, out);
    else if (const auto *gone = std::get_if<TransactionsRemoved>(&event.body))
        removed(*gone, at, out);
    else if (const auto *connected = std::get_if<BlockConnected>(&event.body))
        confirmed(*connected, at, out);
}

const Script &AddressWatcher::scriptOn(const std::string &network)
{
    if (network != m_network) {
        m_network = network;
        m_script = scriptOf(m_address, network).value_or(Script());
    }
    return m_script;
}

void AddressWatcher::seen(const TransactionsSeen &event, const Moment &at, Firings &out)
{
    for (const MempoolEntry &entry : event.entries) {
        if (!entry.paysTo)
            continue;
        Satoshi paid;
        bool pays = false;
        for (const TransactionOutput &output : *entry.paysTo) {
            if (output.script != m_script)
                continue;
            paid += output.value;
            pays = true;
        }
        if (!pays)
            continue;
        if (m_awaited.size() < mostAwaited)
            m_awaited[entry.txid] = paid;
        tell({coins(paid) + " to " + shortened(m_address),
              "Seen in the mempool: " + entry.txid.toHex() + " pays " + coins(paid) + " to " + m_address + " at " +
                  feerateWords(entry.feerate()) + ".",
              m_address},
             at, out);
    }
}

void AddressWatcher::removed(const TransactionsRemoved &event, const Moment &at, Firings &out)
{
    if (m_awaited.empty())
        return;
    for (const TxId &txid : event.txids) {
        const auto awaited = m_awaited.extract(txid);
        if (!awaited)
            continue;
        const std::string what = whyGone(event);
        tell({coins(awaited.mapped()) + " to " + shortened(m_address) + " " + what,
              "The payment " + txid.toHex() + " to " + m_address + " is " + what + ".", m_address},
             at, out);
    }
}

/// Those that were in the mempool are told of as they leave it.
void AddressWatcher::confirmed(const BlockConnected &event, const Moment &at, Firings &out)
{
    if (!event.transactions)
        return;
    for (const ConfirmedTransaction &transaction : *event.transactions) {
        if (transaction.payee != m_script || m_awaited.contains(transaction.txid))
            continue;
        tell({"Payment to " + shortened(m_address),
              transaction.txid.toHex() + " in block " + grouped(event.block->height.value) + " pays to " + m_address + ".",
              m_address},
             at, out);
    }
}

// --- a text

void MentionWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *seen = std::get_if<TransactionsSeen>(&event.body); seen && m_watched.inOpReturn) {
        for (const MempoolEntry &entry : seen->entries)
            look(entry, at, out);
        return;
    }
    const auto *connected = std::get_if<BlockConnected>(&event.body);
    if (!connected || !m_watched.inCoinbase || !m_pattern.isIn(connected->block->coinbaseTag))
        return;
    const BlockSummary &block = *connected->block;
    tell({"“" + m_watched.text + "” in a coinbase",
          "Block " + grouped(block.height.value) + " says: " + shownText(block.coinbaseTag), block.hash.toHex()},
         at, out);
}

void MentionWatcher::look(const MempoolEntry &entry, const Moment &at, Firings &out)
{
    if (!entry.paysTo || !entry.has(TxFlag::DataCarrier))
        return;
    for (const TransactionOutput &output : *entry.paysTo) {
        const auto data = carriedData(output.script);
        if (!data || !m_pattern.isIn(*data))
            continue;
        tell({"“" + m_watched.text + "” in OP_RETURN", "A transaction says: " + shownText(*data), entry.txid.toHex()}, at, out);
        return;
    }
}

} // namespace tipwatch
