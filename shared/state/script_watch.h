// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/spent_output.h"
#include "shared/state/transaction_status.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tipwatch {

/// What a transaction means to a script that somebody watches.
struct ScriptActivity {
    Script script;
    TxId txid;
    TransactionStatus status = TransactionStatus::Mempool;
    Satoshi received;             ///< sum of the outputs that pay to it
    bool spends = false;          ///< an input spends from it
    std::optional<Satoshi> spent; ///< of outputs whose value is known; nothing: of none of them
    std::optional<ConfirmingBlock> block;
    RemovalReason reason = RemovalReason::Unknown; ///< of status Removed
    std::int64_t heardAt = 0;                      ///< Unix ms
};

/// What is known of a script since somebody watches it.
struct ScriptHistory {
    std::vector<ScriptActivity> activity; ///< the latest of each transaction, newest last
    std::size_t coins = 0;                ///< outputs that pay to it and that we know of
};

/// Sees what pays to the scripts that somebody watches and what spends from them. A spend is seen if the input shows what locked the output
/// (SpentOutput::locks), or if we know the output: because we saw it paid since the watch began, or because a scan found it. Without any watch
/// nothing costs anything. Backend thread.
class ScriptWatch {
public:
    static constexpr std::size_t mostActivity = 100; ///< transactions remembered for a script
    static constexpr std::size_t mostCoins = 10'000; ///< known for a script

    bool isEmpty() const { return m_scripts.empty(); }
    bool contains(const Script &script) const { return m_scripts.contains(script); }

    void begin(const Script &script);
    void end(const Script &script);
    void learn(const Script &script, const ScanResult &coins);

    /// Whether @p transaction pays to a watched script or spends from one.
    bool concerns(const ScriptTransaction &transaction) const { return !touchedBy(transaction).empty(); }
    /// The watched scripts that it spends from.
    std::vector<Script> spentBy(const ScriptTransaction &transaction) const;

    /// It is in the mempool.
    void seen(const ScriptTransaction &transaction, std::int64_t heardAt);
    /// It is in a block, known from the mempool or not.
    void confirmed(const ScriptTransaction &transaction, const ConfirmingBlock &block, std::int64_t heardAt);
    /// The same of one of which no more than its name is to be had: it counts if it was seen before.
    void confirmed(const TxId &txid, const ConfirmingBlock &block, std::int64_t heardAt);
    void removed(const TxId &txid, RemovalReason reason, std::int64_t heardAt);
    void blockDisconnected(const BlockHash &block, std::int64_t heardAt);

    bool hasNews() const { return !m_news.empty(); }
    std::vector<ScriptActivity> takeNews();

    /// Nothing if nobody watches it.
    std::optional<ScriptHistory> historyOf(const Script &script) const;

private:
    struct Known {
        std::deque<ScriptActivity> activity;
        std::map<OutPoint, Satoshi> coins;
    };
    using Scripts = std::map<Script, Known>;

    std::map<Script, ScriptActivity> touchedBy(const ScriptTransaction &transaction) const;
    void remember(const ScriptTransaction &transaction, TransactionStatus status, const std::optional<ConfirmingBlock> &block,
                  std::int64_t heardAt);
    void note(Scripts::iterator script, ScriptActivity activity);
    void unindex(const TxId &txid, Scripts::iterator script);
    template <class Change> void changeOf(const TxId &txid, Change change);
    void addCoin(Scripts::iterator script, const OutPoint &point, Satoshi value);

    Scripts m_scripts;
    std::unordered_map<OutPoint, Scripts::iterator, HashOfOutPoint> m_coins;
    std::unordered_multimap<TxId, Scripts::iterator, HashOfHash256> m_byTxid; ///< of all activity
    std::vector<ScriptActivity> m_news;
};

} // namespace tipwatch
