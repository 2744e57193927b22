// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_answer.h"

#include <algorithm>

namespace tipwatch {
namespace {

using Kind = RpcError::Kind;
using simdjson::SUCCESS;
using simdjson::dom::element;

constexpr std::int64_t rpcInWarmup = -28; // Bitcoin Core, RPC_IN_WARMUP
constexpr std::string_view queueFull = "Work queue depth exceeded";

tl::unexpected<RpcError> error(Kind kind, int code, std::string message)
{
    return tl::unexpected(RpcError{kind, code, std::move(message)});
}

/// What the status says by itself, whatever the body holds.
std::optional<RpcError> errorOfStatus(const HttpAnswer &answer)
{
    const bool isQueueFull = answer.body.find(queueFull) != std::string::npos;
    switch (answer.status) {
    case 401:
        return RpcError{Kind::Unauthorized, 401, "the node does not accept the credentials"};
    case 403:
        return RpcError{Kind::Forbidden, 403, "the node does not allow this (-rpcallowip, -rpcwhitelist)"};
    case 503:
        if (isQueueFull)
            return RpcError{Kind::Busy, 503, "the node's work queue is full"};
        return RpcError{Kind::ShuttingDown, 503, "the node is shutting down"};
    case 500: // until Core 22
        if (isQueueFull && answer.body.size() < 2 * queueFull.size())
            return RpcError{Kind::Busy, 500, "the node's work queue is full"};
        break;
    default:
        break;
    }
    return std::nullopt;
}

/// The start of @p body, fit for a log line.
std::string excerpt(const std::string &body)
{
    constexpr std::size_t longest = 60;
    std::string text = body.substr(0, longest);
    std::ranges::replace_if(
        text, [](char c) { return c < 0x20 || c == 0x7f; }, '?');
    return body.size() > longest ? text + "..." : text;
}

RpcError notJson(const HttpAnswer &answer, const char *problem)
{
    const std::string status = "HTTP status " + std::to_string(answer.status);
    if (answer.body.empty())
        return {Kind::BadAnswer, answer.status, status + " without a body: is this Bitcoin Core's RPC port?"};
    return {Kind::BadAnswer, answer.status, status + ", and the body is not JSON (" + problem + "): " + excerpt(answer.body)};
}

RpcError methodError(const element &error, int status)
{
    std::int64_t code = 0;
    std::string_view message;
    if (error["code"].get(code) != SUCCESS || error["message"].get(message) != SUCCESS)
        return {Kind::BadAnswer, status, "an error without code and message"};
    return {code == rpcInWarmup ? Kind::WarmingUp : Kind::Method, static_cast<int>(code), std::string(message)};
}

RpcResult resultOf(const element &answer, int status)
{
    element failed, result;
    if (answer["error"].get(failed) == SUCCESS && !failed.is_null())
        return tl::unexpected(methodError(failed, status));
    if (answer["result"].get(result) != SUCCESS)
        return error(Kind::BadAnswer, status, "neither a result nor an error in the answer");
    return result;
}

bool hasId(const element &answer, std::size_t id)
{
    std::uint64_t number = 0;
    return answer["id"].get(number) == SUCCESS && number == id;
}

RpcResult readSingle(const element &document, int status)
{
    if (!document.is_object())
        return error(Kind::BadAnswer, status, "the answer is not an object");
    RpcResult result = resultOf(document, status);
    // An error may have no id: the node has not understood the request then.
    if (result && !hasId(document, 0))
        return error(Kind::BadAnswer, status, "the answer belongs to another request");
    return result;
}

tl::expected<std::vector<RpcResult>, RpcError> readBatch(const element &document, int status, std::size_t calls)
{
    simdjson::dom::array answers;
    if (document.get(answers) != SUCCESS) {
        const RpcResult single = resultOf(document, status);
        return tl::unexpected(single ? RpcError{Kind::BadAnswer, status, "one answer to a batch"} : single.error());
    }
    std::vector<RpcResult> results(calls, error(Kind::BadAnswer, status, "no answer to this call of the batch"));
    std::size_t next = 0; // the answers usually come in order
    for (const element answer : answers) {
        std::uint64_t id = next;
        if (answer["id"].get(id) != SUCCESS || id >= calls)
            continue;
        results[id] = resultOf(answer, status);
        next = id + 1;
        if (!results[id] && results[id].error().kind == Kind::WarmingUp)
            return tl::unexpected(results[id].error());
    }
    return results;
}

} // namespace

void padForJson(std::string &body)
{
    const std::size_t size = body.size();
    body.append(simdjson::SIMDJSON_PADDING, '\0');
    body.resize(size);
}

tl::expected<std::vector<RpcResult>, RpcError> readRpcAnswer(simdjson::dom::parser &parser, const HttpAnswer &answer,
                                                             std::size_t calls)
{
    if (auto failed = errorOfStatus(answer))
        return tl::unexpected(std::move(*failed));
    element document;
    const auto problem = parser.parse(answer.body.data(), answer.body.size(), false).get(document);
    if (problem != SUCCESS)
        return tl::unexpected(notJson(answer, simdjson::error_message(problem)));
    if (calls != 1)
        return readBatch(document, answer.status, calls);
    RpcResult single = readSingle(document, answer.status);
    if (!single && single.error().kind == Kind::WarmingUp)
        return tl::unexpected(std::move(single).error());
    return std::vector<RpcResult>{std::move(single)};
}

} // namespace tipwatch
