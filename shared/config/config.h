// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert_rule.h"

#include <chrono>
#include <cstdint>
#include <optional>
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
    std::int64_t blockReservedWeight = 8'000; ///< weight units that miners keep free (-blockreservedweight); no RPC tells it
};

struct SimulatedConfig {
    double txRate = 4.0;                              ///< transactions per second, mean over a day
    std::chrono::milliseconds blockInterval{600'000}; ///< mean
    std::int64_t mempool = 20'000;                    ///< transactions at the start, up to 300,000
    std::uint64_t seed = 0;                           ///< 0: a new one every time
};

/// What becomes of a client whose queue is full.
enum class SlowClientPolicy {
    Disconnect, ///< it is closed with 4008 and resumes from its last position: nothing is lost
    Drop        ///< what does not fit is dropped and counted
};

/// What one WebSocket, event-stream or long-poll client may do and have, and all of them together.
struct ClientLimits {
    std::int64_t maxConnections = 1000;      ///< more are answered 503
    std::int64_t maxPerAddress = 32;         ///< at a time, of one IPv4 address or IPv6 /64; 0: no limit
    std::int64_t connectionsPerMinute = 10;  ///< new ones of one address; 0: no limit
    std::int64_t messagesPerSecond = 20;     ///< from one client; 0: no limit. More are refused, twice as many end it (4029)
    std::int64_t messageBurst = 60;          ///< that may come at once
    std::int64_t maxMessageSize = 64 * 1024; ///< bytes a client may send in one message
    std::int64_t maxStreamMessageSize = 1024 * 1024; ///< the same on /v1/stream
    std::int64_t queueMessages = 256;                ///< waiting for one client
    std::int64_t queueBytes = 4 * 1024 * 1024;
    std::int64_t totalQueueBytes = 256 * 1024 * 1024; ///< waiting for all clients together
    SlowClientPolicy slowClientPolicy = SlowClientPolicy::Disconnect;
    std::int64_t readBufferSize = 1024;  ///< bytes read from one client before the next has its turn
    std::int64_t writeBufferSize = 1024; ///< bytes of queued messages given to the kernel in one call
    std::chrono::milliseconds pingInterval{30'000};
    std::chrono::milliseconds pongTimeout{60'000};
    std::chrono::milliseconds readTimeout{60'000};    ///< a frame that has begun must be complete by then
    std::chrono::milliseconds writeTimeout{10'000};   ///< the kernel takes nothing for a client
    std::chrono::milliseconds deliveryTimeout{1'000}; ///< a queue that is full has so long to get room before the policy applies
    std::chrono::milliseconds idleTimeout{300'000};   ///< a client without any subscription that says nothing
    std::chrono::milliseconds batchInterval{25};      ///< transactions of a busy network are gathered for so long; 0: never
    std::chrono::milliseconds drainTime{2'000};       ///< over which clients are told at the end that the server goes away
};

/// What requests on their way to an answer or a handshake may take.
struct HttpLimits {
    std::int64_t maxConnections = 1024;  ///< that are not (yet) WebSockets
    std::int64_t maxHandshakes = 256;    ///< opening WebSockets and TLS at a time
    std::int64_t maxHeadSize = 8 * 1024; ///< bytes
    std::int64_t minReceiveRate = 64;    ///< bytes per second of a head under way, after two seconds; 0: no limit
    std::chrono::milliseconds headTimeout{10'000};
    std::chrono::milliseconds idleTimeout{15'000};     ///< between two requests
    std::chrono::milliseconds writeTimeout{10'000};    ///< without any progress of an answer
    std::chrono::milliseconds handshakeTimeout{5'000}; ///< of WebSocket and TLS
};

/// How much of the stream is kept for clients that come back. The first bound that is reached counts.
struct ReplayLimits {
    std::int64_t events = 20'000;
    std::int64_t bytes = 64 * 1024 * 1024;
    std::chrono::milliseconds age{600'000};
};

/// Encrypted connections. With TLS on, the same port still speaks plain HTTP unless `required`.
struct TlsConfig {
    bool enabled = false; ///< true if a certificate is given or TLS is required
    bool required = false;
    std::string certificateFile; ///< PEM, with its chain; empty: self-signed, made on first use
    std::string keyFile;         ///< PEM
};

/// Who may read, and who may look behind the scenes.
struct AuthConfig {
    bool required = false;      ///< every client needs a JWT
    std::string jwtKeyFile;     ///< HS256: the secret; EdDSA: an Ed25519 public key in PEM
    std::string adminTokenFile; ///< first line: the token of /api/v1/clients; empty: nobody is let in there
};

/// The server side: where it listens, who may connect and how much each may have. Every field is applied.
struct GatewayConfig {
    bool enabled = false;                       ///< true with --server-only unless said otherwise
    std::string listen = "127.0.0.1";           ///< address to bind
    std::uint16_t httpPort = 8787;              ///< 0: any free one
    std::optional<std::uint16_t> websocketPort; ///< a port of its own for the socket paths; none: the HTTP port
    std::string path = "/ws";                   ///< "/socket" answers too
    std::int64_t shards = 0;                    ///< reactor threads; 0: one per core, at most 8
    bool compression = false;                   ///< permessage-deflate (RFC 7692) for clients that offer it
    std::vector<std::string> corsOrigins;       ///< "*" or origins; empty: same origin only
    std::vector<std::string> allowedHosts;      ///< besides IP literals, localhost and this machine's names
    std::vector<std::string> trustedProxies;    ///< addresses or networks ("10.0.0.0/8") whose X-Forwarded-For is believed
    std::string geoipDatabase;                  ///< MaxMind format, for the peers' positions; empty: they have none
    ClientLimits clients;
    HttpLimits http;
    ReplayLimits replay;
    TlsConfig tls;
    AuthConfig auth;
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

/// What is remembered of the past, and how much of it. A simulated network's ends with the program.
struct HistoryConfig {
    bool enabled = true;
    std::string directory;            ///< one file for each network; empty: history/ in the user's data directory
    std::int64_t minuteDays = 2;      ///< days for which every minute is kept
    std::int64_t tenMinuteDays = 31;  ///< ... and means of ten minutes
    std::int64_t twoHourDays = 3650;  ///< ... and of two hours, and the blocks
    std::int64_t maxSize = 256 << 20; ///< bytes of the file; then the oldest goes
};

/// Where alerts are sent, besides to those who watch the stream.
struct DeliveryConfig {
    std::string webhookUrl;                    ///< gets them by POST, in JSON; empty: none
    std::string webhookSecretFile;             ///< its first line signs what is posted; empty: nothing is signed
    std::string ntfyUrl;                       ///< of an ntfy topic (https://ntfy.sh/…); empty: none
    std::string ntfyTokenFile;                 ///< its first line is the access token; empty: none
    std::chrono::milliseconds timeout{10'000}; ///< of one attempt
    std::int64_t attempts = 8;                 ///< the pauses between them double, from 1 s to 60 s
    std::int64_t queue = 200;                  ///< that may wait for each target; when it is full the oldest is dropped
};

/// What is watched for.
struct AlertsConfig {
    bool enabled = true;
    std::string rulesFile; ///< keeps what is changed in the app; empty: alert-rules.toml beside the configuration file
    std::string rulesPath; ///< that file; empty: it is not known where to keep them
    std::vector<AlertRule> rules = standardRules();
    DeliveryConfig delivery;
};

/// Every setting of the program: parsed and checked once at start, then passed by const reference.
struct Config {
    SourceKind source = SourceKind::Auto;
    bool serverOnly = false;
    BitcoinConfig bitcoin;
    SimulatedConfig simulated;
    GatewayConfig gateway;
    HistoryConfig history;
    AlertsConfig alerts;
    LogConfig log;
    WindowConfig window;
};

} // namespace tipwatch
