// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_book.h"
#include "server/sources/bitcoin/rpc_client.h"
#include "server/sources/peer_locator.h"
#include "shared/state/chain_store.h"

#include <cstdint>
#include <functional>
#include <string>

namespace tipwatch {

/// What the parts of one connection to a node share; it outlives them, and so does what it refers to. Backend thread.
struct NodeLink {
    RpcClient &rpc;
    ChainStore &store;
    const Clock &clock;
    BlockBook &book;
    PeerLocator &locator;
    std::int32_t halvingInterval = 210'000;
    /// The connection is of no use any more: all parts will be taken down, from the event loop, and made again.
    std::function<void(const RpcError &)> fail;
};

/// True for refusals that pass by themselves in a moment, where the connection stands.
inline bool isPassing(const RpcError &error)
{
    return error.kind == RpcError::Kind::Busy;
}

/// How long to leave a node alone that is too busy to answer.
inline constexpr int busyRetryMs = 500;

/// ["<hash>"], and with @p more: ["<hash>",<more>]
template <class Tag> std::string hashParams(const Hash256<Tag> &hash, std::string_view more = {})
{
    std::string params = "[\"";
    hash.appendHex(params);
    params += '"';
    if (!more.empty())
        params.append(",").append(more);
    return params += ']';
}

} // namespace tipwatch
