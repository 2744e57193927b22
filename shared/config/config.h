// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tipwatch {

enum class SourceKind {
    Auto, ///< bitcoin if a node is found on this machine or one is named, else simulated
    Bitcoin,
    Simulated
};

/// Where the Bitcoin node is and how to get in.
struct BitcoinConfig {
    std::string node;       ///< "http://host:port"; empty: 127.0.0.1 at the network's usual port
    std::string network;    ///< "main", "test", "testnet4", "signet", "regtest"; empty: the first one a running node is found for
    std::string dataDir;    ///< the node's; empty: ~/.bitcoin
    std::string cookieFile; ///< empty: <dataDir>/<network>/.cookie
    std::string user;       ///< with passwordFile, instead of the cookie
    std::string passwordFile;     ///< first line is the password
    std::vector<std::string> zmq; ///< "topic=endpoint", e.g. "sequence=tcp://127.0.0.1:28332"; empty: asked from the node
};

struct SimulatedConfig {
    double txRate = 4.0;                              ///< transactions per second, mean over a day
    std::chrono::milliseconds blockInterval{600'000}; ///< mean
    std::int64_t mempool = 20'000;                    ///< transactions at the start, up to 300,000
    std::uint64_t seed = 0;                           ///< 0: a new one every time
};

/// The server side: who may connect and how much each may have. Every field is applied.
struct GatewayConfig {
    bool enabled = false;               ///< true with --server-only unless said otherwise
    std::string listen = "127.0.0.1";   ///< address to bind
    std::uint16_t httpPort = 8787;      ///< 0: any free one
    std::string path = "/ws";           ///< "/socket" answers too
    std::int64_t maxConnections = 1000; ///< WebSocket clients; more are answered 503
    std::chrono::milliseconds pingInterval{30'000};
    std::chrono::milliseconds pongTimeout{60'000};
    std::chrono::milliseconds writeTimeout{10'000};
    std::int64_t maxMessageSize = 64 * 1024; ///< bytes a client may send in one message
    std::int64_t queueMessages = 256;        ///< waiting for one client; more: it is closed with 4008
    std::int64_t queueBytes = 4 * 1024 * 1024;
    std::int64_t shards = 0;               ///< reactor threads; 0: one per two cores, at least one
    std::vector<std::string> corsOrigins;  ///< "*" or origins; empty: same origin only
    std::vector<std::string> allowedHosts; ///< besides IP literals, localhost and this machine's names
};

enum class LogFormat { Text, Json };

struct LogConfig {
    LogFormat format = LogFormat::Text;
    std::string level = "info"; ///< "debug", "info", "warning", "error"
};

struct WindowConfig {
    std::string theme =
        "remembered"; ///< "remembered" (what was chosen in the window, at first the system's), "system", "dark", "light"
    bool reducedMotion = false; ///< nothing slides or fades
};

/// Every setting of the program: parsed and checked once at start, then passed by const reference.
struct Config {
    SourceKind source = SourceKind::Auto;
    bool serverOnly = false;
    BitcoinConfig bitcoin;
    SimulatedConfig simulated;
    GatewayConfig gateway;
    LogConfig log;
    WindowConfig window;
};

} // namespace tipwatch
