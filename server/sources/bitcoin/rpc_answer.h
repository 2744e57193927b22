// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_error.h"

#include <simdjson.h>
#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// A call's result. Elements are valid as long as the parser and its document, that is until the callback of the RpcClient returns.
using RpcResult = tl::expected<simdjson::dom::element, RpcError>;

/// An HTTP answer of the node.
struct HttpAnswer {
    int status = 0;
    std::string body; ///< its capacity has room for simdjson's padding behind it, see padForJson()
};

/// Makes the bytes behind @p body readable, which simdjson needs to read without copying.
void padForJson(std::string &body);

/// Reads the results of @p calls calls with the ids 0, 1, ...: one object for a single call, else an array. Understands the forms of JSON-RPC 1.0,
/// 1.1 and 2.0, the statuses of Bitcoin Core 0.21 to 31, and says what else has come. @p answer is to be padded, and to outlive the results.
tl::expected<std::vector<RpcResult>, RpcError> readRpcAnswer(simdjson::dom::parser &parser, const HttpAnswer &answer,
                                                             std::size_t calls);

} // namespace tipwatch
