// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_answer.h"

#include "server/sources/bitcoin/node_link.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/bitcoin/script_locks.h"

namespace tipwatch {

RpcError badAnswer(const Error &error)
{
    return {RpcError::Kind::BadAnswer, 0, error.message};
}

tl::expected<DecodedBlockPtr, RpcError> blockOf(const RpcResult &answer, const BlockHash &expected, const ScriptWatch *watch)
{
    if (!answer)
        return tl::unexpected(answer.error());
    const auto bytes = parseRawBytes(*answer, "getblock");
    if (!bytes)
        return tl::unexpected(badAnswer(bytes.error()));
    auto block = decodeBlock(*bytes);
    if (!block)
        return tl::unexpected(badAnswer(block.error()));
    if (block->hash != expected)
        return tl::unexpected(
            RpcError{RpcError::Kind::BadAnswer, 0, "getblock answered with another block, " + block->hash.toHex()});
    if (watch)
        block->concerned = concernedBy(*bytes, *watch);
    return std::make_shared<const DecodedBlock>(std::move(*block));
}

std::vector<RpcCall> everythingAbout(const BlockHash &hash)
{
    return {{"getblockheader", hashParams(hash)}, {"getblock", hashParams(hash, "0")}, {"getblockstats", hashParams(hash)}};
}

} // namespace tipwatch
