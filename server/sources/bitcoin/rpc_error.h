// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tipwatch {

/// Why a call has no result.
struct RpcError {
    enum class Kind {
        Unreachable,  ///< no connection, or it ended before a byte of the answer came
        Timeout,      ///< connected, but no (whole) answer in time
        Unauthorized, ///< 401, also after the credentials were read again; the message says so if they could not be read
        Forbidden,    ///< 403: this address (-rpcallowip) or this method (-rpcwhitelist) is not allowed
        WarmingUp,    ///< -28; the message is the node's, UTF-8, e.g. "Loading block index…"
        Busy,         ///< the node's work queue is full
        ShuttingDown, ///< 503 of a node that is stopping
        Method,       ///< the method itself says no; `code` is the node's, e.g. -5
        BadAnswer     ///< what came is not an answer: half of one, not JSON, not JSON-RPC, too large
    };
    Kind kind = Kind::BadAnswer;
    int code = 0;        ///< JSON-RPC error code (Method, WarmingUp), else HTTP status, else 0
    std::string message; ///< for a person
};

} // namespace tipwatch
