// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/transaction_life.h"

#include "shared/state/chain_store.h"

#include <algorithm>

namespace tipwatch {

namespace {

RelativesSummary summaryOf(const std::vector<TxId> &relatives, const MempoolGraph &graph)
{
    RelativesSummary summary;
    summary.count = relatives.size();
    for (const TxId &txid : relatives) {
        if (summary.listed.size() < RelativesSummary::mostListed)
            summary.listed.push_back(txid);
        if (const auto entry = graph.find(txid)) {
            summary.vsize += entry->vsize;
            summary.fees += entry->fee;
        }
    }
    return summary;
}

} // namespace

TransactionLife lifeOf(const TxId &txid, const ChainStore &store)
{
    TransactionLife life;
    life.txid = txid;
    life.at = store.snapshot()->position;
    const DepartedTransactions &departed = store.departed();
    life.replacements = departed.replacedBy(departed.lastOf(txid));
    if (store.hasTransaction(txid)) {
        life.status = TransactionStatus::Mempool;
        life.entry = store.graph().find(txid);
        if (life.entry) {
            life.queue = store.queuePosition(txid);
            life.ancestors = summaryOf(store.graph().ancestors(txid), store.graph());
            life.descendants = summaryOf(store.graph().descendants(txid), store.graph());
        }
        return life;
    }
    if (const DepartedTransaction *left = departed.find(txid))
        life.departed = *left;
    life.block = store.confirmedIn(txid);
    if (life.block)
        life.status = TransactionStatus::Confirmed;
    else if (life.departed)
        life.status = TransactionStatus::Removed;
    return life;
}

} // namespace tipwatch
