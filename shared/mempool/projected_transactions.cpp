// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/projected_transactions.h"

#include <algorithm>

namespace tipwatch {

ProjectedTransactions projectedTransactions(const MempoolGraph &graph, std::size_t index, const BlockFilling &filling)
{
    std::vector<ProjectedTransaction> list;
    forEachChunkOfBlock(graph.chunks(), index, filling, [&](const Chunk &chunk) {
        graph.forEachMember(chunk, [&](const MempoolNode &node) {
            list.push_back({node.txid, VBytes(node.vsize), node.fee, Feerate(chunk.feerate()), node.time, node.flags});
        });
    });
    std::ranges::sort(list, {}, &ProjectedTransaction::txid);
    return std::make_shared<const std::vector<ProjectedTransaction>>(std::move(list));
}

std::optional<ProjectedChange> projectedChange(std::size_t index, const ProjectedTransactions &before,
                                               const ProjectedTransactions &now)
{
    if (!before)
        return ProjectedChange{index, now};
    ProjectedChange change{index, nullptr};
    auto old = before->begin();
    for (const ProjectedTransaction &transaction : *now) {
        for (; old != before->end() && old->txid < transaction.txid; ++old)
            change.removed.push_back(old->txid);
        if (old == before->end() || old->txid != transaction.txid)
            change.added.push_back(transaction);
        else if (*old++ != transaction)
            change.changed.push_back(transaction);
    }
    for (; old != before->end(); ++old)
        change.removed.push_back(old->txid);
    const std::size_t size = change.added.size() + change.removed.size() + change.changed.size();
    if (size == 0)
        return std::nullopt;
    if (size > now->size()) // usually when a block came
        return ProjectedChange{index, now};
    return change;
}

} // namespace tipwatch
