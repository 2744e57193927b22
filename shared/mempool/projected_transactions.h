// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/mempool/block_projection.h"
#include "shared/mempool/mempool_graph.h"

namespace tipwatch {

/// What projected block @p index would be made of; empty if there is no such block. Costs a step per transaction in it, and sorting them.
ProjectedTransactions projectedTransactions(const MempoolGraph &graph, std::size_t index, const BlockFilling &filling);

/// What makes @p now out of @p before; @p now itself if that is shorter or there is nothing before. Nothing: they are equal.
std::optional<ProjectedChange> projectedChange(std::size_t index, const ProjectedTransactions &before,
                                               const ProjectedTransactions &now);

} // namespace tipwatch
