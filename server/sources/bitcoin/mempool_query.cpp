// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/mempool_query.h"

#include "server/sources/bitcoin/rpc_parser.h"

#include <chrono>

namespace tipwatch {
namespace {

using Done = std::function<void(tl::expected<MempoolSnapshot, RpcError>)>;

constexpr int attempts = 10;
constexpr std::chrono::minutes timeout{2}; // hundreds of thousands of txids from a slow node

tl::expected<MempoolSnapshot, RpcError> unexpectedAnswer(const Error &error)
{
    return tl::unexpected(RpcError{RpcError::Kind::BadAnswer, 0, error.message});
}

/// Nothing if the tip moved in between.
tl::expected<std::optional<MempoolSnapshot>, RpcError> snapshotOf(std::span<const RpcResult> answers)
{
    for (const RpcResult &answer : answers) {
        if (!answer)
            return tl::unexpected(answer.error());
    }
    const auto before = parseBlockHash(*answers[0], "getbestblockhash");
    const auto after = parseBlockHash(*answers[2], "getbestblockhash");
    auto list = parseMempoolList(*answers[1]);
    if (!before || !after)
        return unexpectedAnswer(before ? after.error() : before.error());
    if (!list)
        return unexpectedAnswer(list.error());
    if (*before != *after)
        return std::nullopt;
    return MempoolSnapshot{*before, list->sequence, std::move(list->txids)};
}

void query(RpcClient &rpc, int left, Done done)
{
    rpc.batch(
        {{"getbestblockhash"}, {"getrawmempool", "[false,true]"}, {"getbestblockhash"}},
        [&rpc, left, done = std::move(done)](tl::expected<std::span<const RpcResult>, RpcError> answers) {
            if (!answers)
                return done(tl::unexpected(answers.error()));
            auto snapshot = snapshotOf(*answers);
            if (!snapshot)
                done(tl::unexpected(snapshot.error()));
            else if (*snapshot)
                done(std::move(**snapshot));
            else if (left > 0)
                query(rpc, left - 1, done);
            else
                done(tl::unexpected(RpcError{RpcError::Kind::Busy, 0, "the tip moves with every question"}));
        },
        timeout);
}

} // namespace

void queryMempool(RpcClient &rpc, Done done)
{
    query(rpc, attempts, std::move(done));
}

} // namespace tipwatch
