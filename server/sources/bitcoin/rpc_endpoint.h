// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tipwatch {

/// Where a node's RPC server listens.
struct RpcEndpoint {
    std::string host = "127.0.0.1"; ///< name or address; IPv6 without brackets
    std::uint16_t port = 8332;

    /// "http://host:port"; never holds a password.
    std::string url() const;
    friend bool operator==(const RpcEndpoint &, const RpcEndpoint &) = default;
};

/// Reads "http://host:port" or "host:port"; without a port @p defaultPort is taken. A user or password in @p url is an error that
/// says where to put it instead: it would end in process lists and logs.
Result<RpcEndpoint> parseRpcEndpoint(std::string_view url, std::uint16_t defaultPort);

struct RpcCredentials {
    std::string user;
    std::string password;
    friend bool operator==(const RpcCredentials &, const RpcCredentials &) = default;
};

/// Asked again whenever a connection failed or the node refused the last answer: the cookie changes when the node restarts.
/// Runs on the client's thread; may read a small file.
using CredentialsProvider = std::function<Result<RpcCredentials>()>;

} // namespace tipwatch
