// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/data_text.h"
#include "server/alerts/watcher.h"

#include <unordered_map>

namespace tipwatch {

/// The steps in the life of one transaction.
class TransactionWatcher final : public MomentWatcher {
public:
    TransactionWatcher(const AlertRule &rule, const watch::Transaction &watched) : MomentWatcher(rule), m_txid(watched.txid) {}
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    void confirmed(const BlockConnected &event, const Moment &at, Firings &out);
    void removed(const TransactionsRemoved &event, const Moment &at, Firings &out);
    void say(const std::string &what, std::string text, const Moment &at, Firings &out);

    const TxId m_txid;
    bool m_isConfirmed = false; ///< and told so
};

/// What pays to an address: in the mempool, and in blocks. What it spends is not seen: a transaction names the outputs that it spends, not
/// whose they were.
class AddressWatcher final : public MomentWatcher {
public:
    static constexpr std::size_t mostAwaited = 1000; ///< payments of which the confirmation is told

    AddressWatcher(const AlertRule &rule, const watch::Address &watched) : MomentWatcher(rule), m_address(watched.address) {}
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    void seen(const TransactionsSeen &event, const Moment &at, Firings &out);
    void removed(const TransactionsRemoved &event, const Moment &at, Firings &out);
    void confirmed(const BlockConnected &event, const Moment &at, Firings &out);
    const Script &scriptOn(const std::string &network);

    const std::string m_address;
    std::string m_network; ///< of m_script
    Script m_script;       ///< empty: the address is none of this network
    std::unordered_map<TxId, Satoshi, HashOfHash256> m_awaited;
};

/// A text in OP_RETURN or in a coinbase: S3's entity mention.
class MentionWatcher final : public MomentWatcher {
public:
    MentionWatcher(const AlertRule &rule, const watch::EntityMention &watched)
        : MomentWatcher(rule), m_watched(watched), m_pattern(watched.text)
    {
    }
    void see(const ChainEvent &event, const Moment &at, Firings &out) override;

private:
    void look(const MempoolEntry &entry, const Moment &at, Firings &out);

    const watch::EntityMention m_watched;
    const TextPattern m_pattern;
};

} // namespace tipwatch
