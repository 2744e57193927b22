// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/watcher.h"

#include "server/alerts/chain_watchers.h"
#include "server/alerts/mempool_watchers.h"
#include "server/alerts/node_watchers.h"
#include "server/alerts/transaction_watchers.h"
#include "server/alerts/words.h"
#include "shared/domain/overloaded.h"

#include <utility>

namespace tipwatch {

Firing Watcher::raising(AlertWords words, bool lasts) const
{
    Alert alert;
    alert.rule = m_rule.name;
    alert.type = m_rule.type();
    alert.severity = m_rule.severity;
    alert.title = std::move(words.title);
    alert.text = std::move(words.text);
    alert.subject = std::move(words.subject);
    alert.lasts = lasts;
    return {m_rule.name, std::move(alert), m_rule.webhook, m_rule.ntfy};
}

void MomentWatcher::tell(AlertWords words, const Moment &at, Firings &out)
{
    constexpr std::int64_t minute = 60'000;
    if (at.steadyMs - m_minuteBegan >= minute) {
        m_minuteBegan = at.steadyMs;
        m_toldInMinute = 0;
    }
    const bool isCooling = m_toldAt && at.steadyMs < *m_toldAt + rule().cooldown.count();
    if (isCooling || m_toldInMinute >= mostPerMinute) {
        ++m_passedOver;
        return;
    }
    m_toldAt = at.steadyMs;
    ++m_toldInMinute;
    if (const std::int64_t passedOver = std::exchange(m_passedOver, 0); passedOver > 0)
        words.text += " Before that, " + counted(passedOver, "more was", "more were") + " not told.";
    out.push_back(raising(std::move(words), false));
}

void LastingWatcher::apply(Latch::Change change, const Moment &at, Firings &out)
{
    if (change == Latch::Change::Raised)
        out.push_back(raising(words(at), true));
    else if (change == Latch::Change::Cleared)
        out.push_back(clearing());
}

std::unique_ptr<Watcher> makeWatcher(const AlertRule &rule, const Surroundings &surroundings)
{
    using Made = std::unique_ptr<Watcher>;
    return std::visit(
        Overloaded{
            [&](const watch::NewBlock &) -> Made { return std::make_unique<NewBlockWatcher>(rule); },
            [&](const watch::BlockLate &w) -> Made {
                return std::make_unique<BlockLateWatcher>(rule, w, surroundings.simulatedBlockInterval);
            },
            [&](const watch::Reorg &w) -> Made { return std::make_unique<ReorgWatcher>(rule, w); },
            [&](const watch::FeerateAbove &w) -> Made {
                return std::make_unique<FeerateWatcher>(rule, FeerateWatcher::Side::Above, w.feerate, w.hysteresis);
            },
            [&](const watch::FeerateBelow &w) -> Made {
                return std::make_unique<FeerateWatcher>(rule, FeerateWatcher::Side::Below, w.feerate, w.hysteresis);
            },
            [&](const watch::MempoolSize &w) -> Made { return std::make_unique<MempoolSizeWatcher>(rule, w); },
            [&](const watch::LargeTransaction &w) -> Made { return std::make_unique<LargeTransactionWatcher>(rule, w); },
            [&](const watch::Transaction &w) -> Made { return std::make_unique<TransactionWatcher>(rule, w); },
            [&](const watch::Address &w) -> Made { return std::make_unique<AddressWatcher>(rule, w); },
            [&](const watch::EntityMention &w) -> Made { return std::make_unique<MentionWatcher>(rule, w); },
            [&](const watch::NodeDown &) -> Made { return std::make_unique<NodeDownWatcher>(rule); },
            [&](const watch::NodeBehind &w) -> Made { return std::make_unique<NodeBehindWatcher>(rule, w); },
            [&](const watch::FewPeers &w) -> Made { return std::make_unique<FewPeersWatcher>(rule, w); },
            [&](const watch::Resync &) -> Made { return std::make_unique<ResyncWatcher>(rule); },
            [&](const watch::ExactnessLost &) -> Made { return std::make_unique<ExactnessWatcher>(rule); },
        },
        rule.watches);
}

} // namespace tipwatch
