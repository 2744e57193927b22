// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/mempool_tracker.h"
#include "server/sources/bitcoin/rpc_client.h"

#include <functional>

namespace tipwatch {

/// Asks for every txid of the mempool with its sequence number, between two questions for the tip in the same batch: only if these
/// agree do tip and mempool belong together. If not it asks again; a node that moves so fast all the time is Busy.
/// Dropped, like every request, when @p rpc is closed.
void queryMempool(RpcClient &rpc, std::function<void(tl::expected<MempoolSnapshot, RpcError>)> done);

} // namespace tipwatch
