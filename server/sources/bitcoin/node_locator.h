// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_endpoint.h"
#include "shared/config/config.h"
#include "shared/domain/error.h"

#include <optional>
#include <string>
#include <string_view>

namespace tipwatch {

/// A network as Bitcoin Core names it ("chain" in getblockchaininfo) and where it keeps and offers things by default.
struct BitcoinNetwork {
    std::string_view name;      ///< "main", "test", "testnet4", "signet", "regtest"
    std::string_view directory; ///< below the data directory; empty for main
    std::uint16_t rpcPort = 0;
    std::int32_t halvingInterval = 210'000;
};

/// @return nothing if there is no such network.
const BitcoinNetwork *findBitcoinNetwork(std::string_view name);

/// A node and how to get in.
struct NodeAddress {
    std::string network; ///< expected; empty if nothing tells, then the node's word counts
    RpcEndpoint endpoint;
    CredentialsProvider credentials;
    std::string credentialsFrom; ///< for a person: "cookie /home/me/.bitcoin/.cookie", "user alice"
};

/// Works out where the node is from what is configured. Files are looked at when credentials are asked for, not here: the node
/// may start later. Reads rpcport= of bitcoin.conf in the data directory. An error tells which setting is wrong and what is
/// accepted.
Result<NodeAddress> locateNode(const BitcoinConfig &config);

/// For `--source auto`: the first network (or the configured one) whose credentials can be read and whose port accepts connections, or nothing.
/// Waits at most 250 ms per network. A configured `node` is meant whether it runs or not, and is not looked for here.
std::optional<NodeAddress> findRunningNode(const BitcoinConfig &config);

/// The cookie file's "user:password" (Bitcoin Core, GenerateAuthCookie).
Result<RpcCredentials> readCookie(const std::string &path);
/// @p user with the first line of the file.
Result<RpcCredentials> readPasswordFile(const std::string &user, const std::string &path);

/// @p bound ("tcp://0.0.0.0:28332", "tcp://*:28332") as it is reached from here: wildcards become the host of @p rpc.
std::string zmqEndpointFor(std::string_view bound, const RpcEndpoint &rpc);

} // namespace tipwatch
