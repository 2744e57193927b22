// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_book.h"
#include "server/sources/bitcoin/rpc_answer.h"
#include "server/sources/bitcoin/rpc_client.h"
#include "shared/domain/error.h"
#include "shared/state/script_watch.h"

#include <vector>

namespace tipwatch {

/// An answer that cannot be understood, as a failed call.
RpcError badAnswer(const Error &error);

/// What a node can tell of a block: its header, its bytes (getblock 0) and its figures, in this order. Either of the last two may be refused
/// (pruned).
std::vector<RpcCall> everythingAbout(const BlockHash &hash);

/// The block from the answer to getblock 0, if it is the one that was asked for. With @p watch what of it concerns watched scripts is noted.
tl::expected<DecodedBlockPtr, RpcError> blockOf(const RpcResult &answer, const BlockHash &expected,
                                                const ScriptWatch *watch = nullptr);

} // namespace tipwatch
