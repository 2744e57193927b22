// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/setting.h"

#include "shared/config/address_text.h"
#include "shared/config/value_text.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <utility>

namespace tipwatch {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// A field of a part of the configuration, e.g. in(&Config::gateway, &GatewayConfig::path).
template <class Part, class T> auto in(Part Config::*part, T Part::*field)
{
    return [=](auto &config) -> auto &
    {
        return config.*part.*field;
    };
}

/// The same of a part of the gateway's, e.g. inGateway(&GatewayConfig::tls, &TlsConfig::required).
template <class Part, class T> auto inGateway(Part GatewayConfig::*part, T Part::*field)
{
    return [=](auto &config) -> auto &
    {
        return config.gateway.*part.*field;
    };
}

template <class T> auto in(T Config::*field)
{
    return [=](auto &config) -> auto &
    {
        return config.*field;
    };
}

template <class Field> using FieldType = std::remove_cvref_t<std::invoke_result_t<Field, Config &>>;

Setting boolean(Setting s, auto field)
{
    s.accepted = "true, false, on, off, 1, 0";
    s.kind = ValueKind::Boolean;
    s.read = [field](Config &config, std::string_view text) {
        const auto value = parseBoolean(text);
        if (value)
            field(config) = *value;
        return value.has_value();
    };
    s.show = [field](const Config &config) { return std::string(field(config) ? "true" : "false"); };
    return s;
}

template <class Field> Setting integer(Setting s, Field field, std::int64_t least, std::int64_t most, std::string_view note = {})
{
    s.accepted = "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + std::string(note);
    s.kind = ValueKind::Number;
    s.read = [=](Config &config, std::string_view text) {
        const auto value = parseInteger(text);
        if (!value || *value < least || *value > most)
            return false;
        field(config) = static_cast<FieldType<Field>>(*value);
        return true;
    };
    s.show = [field](const Config &config) { return std::to_string(field(config)); };
    return s;
}

/// A port, or nothing.
Setting optionalPort(Setting s, auto field)
{
    s.accepted = "a whole number from 0 to 65535 (0: any free one), or nothing";
    s.kind = ValueKind::Text;
    s.read = [field](Config &config, std::string_view text) {
        const auto value = parseInteger(text);
        if (!text.empty() && (!value || *value < 0 || *value > 65'535))
            return false;
        field(config) = text.empty() ? std::nullopt : std::optional(static_cast<std::uint16_t>(*value));
        return true;
    };
    s.show = [field](const Config &config) { return field(config) ? std::to_string(*field(config)) : std::string(); };
    return s;
}

Setting natural(Setting s, auto field)
{
    s.accepted = "a whole number from 0 to " + std::to_string(std::numeric_limits<std::uint64_t>::max());
    s.kind = ValueKind::Number;
    s.read = [field](Config &config, std::string_view text) {
        const auto value = parseNatural(text);
        if (value)
            field(config) = *value;
        return value.has_value();
    };
    s.show = [field](const Config &config) { return std::to_string(field(config)); };
    return s;
}

Setting number(Setting s, auto field, double least, double most)
{
    s.accepted = "a number from " + numberText(least) + " to " + numberText(most);
    s.kind = ValueKind::Number;
    s.read = [=](Config &config, std::string_view text) {
        const auto value = parseNumber(text);
        if (!value || *value < least || *value > most)
            return false;
        field(config) = *value;
        return true;
    };
    s.show = [field](const Config &config) { return numberText(field(config)); };
    return s;
}

Setting duration(Setting s, auto field, milliseconds least, milliseconds most)
{
    s.accepted = "a time from " + durationText(least) + " to " + durationText(most) + ", such as 250ms, 30s, 5min";
    s.read = [=](Config &config, std::string_view text) {
        const auto value = parseDuration(text);
        if (!value || *value < least || *value > most)
            return false;
        field(config) = *value;
        return true;
    };
    s.show = [field](const Config &config) { return durationText(field(config)); };
    return s;
}

Setting bytes(Setting s, auto field, std::int64_t least, std::int64_t most)
{
    s.accepted = "a size from " + bytesText(least) + " to " + bytesText(most) + ", such as 64KB, 1MB";
    s.read = [=](Config &config, std::string_view text) {
        const auto value = parseBytes(text);
        if (!value || *value < least || *value > most)
            return false;
        field(config) = *value;
        return true;
    };
    s.show = [field](const Config &config) { return bytesText(field(config)); };
    return s;
}

/// One of a few words, each standing for a value.
template <class Field> Setting choice(Setting s, Field field, std::vector<std::pair<std::string, FieldType<Field>>> words)
{
    for (const auto &[word, value] : words) {
        if (!word.empty())
            s.accepted += (s.accepted.empty() ? "" : ", ") + word;
    }
    s.read = [=](Config &config, std::string_view text) {
        const auto it = std::ranges::find(words, text, [](const auto &w) -> std::string_view { return w.first; });
        if (it != words.end())
            field(config) = it->second;
        return it != words.end();
    };
    s.show = [=](const Config &config) {
        const auto it = std::ranges::find(words, field(config), [](const auto &w) { return w.second; });
        return it == words.end() ? std::string() : it->first;
    };
    return s;
}

std::vector<std::pair<std::string, std::string>> asTheyAre(std::initializer_list<std::string> words)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto &word : words)
        pairs.emplace_back(word, word);
    return pairs;
}

Setting text(Setting s, auto field, std::string accepted, bool (*isValid)(std::string_view))
{
    s.accepted = std::move(accepted);
    s.read = [=](Config &config, std::string_view value) {
        if (!isValid(value))
            return false;
        field(config) = std::string(value);
        return true;
    };
    s.show = [field](const Config &config) { return field(config); };
    return s;
}

Setting list(Setting s, auto field, std::string accepted, bool (*isValid)(std::string_view))
{
    s.accepted = std::move(accepted);
    s.kind = ValueKind::List;
    s.read = [=](Config &config, std::string_view value) {
        auto items = splitList(value);
        if (!std::ranges::all_of(items, isValid))
            return false;
        field(config) = std::move(items);
        return true;
    };
    s.show = [field](const Config &config) { return joinList(field(config)); };
    return s;
}

Setting secret(Setting s)
{
    s.secret = true;
    return s;
}

bool isAnything(std::string_view)
{
    return true;
}

void addSource(std::vector<Setting> &all)
{
    const std::string_view group = "Source";
    all.push_back(
        choice({group, "source", "TIPWATCH_SOURCE", "--source", "KIND", "bitcoin, simulated, or auto: a node if there is one"},
               in(&Config::source),
               {{"auto", SourceKind::Auto}, {"bitcoin", SourceKind::Bitcoin}, {"simulated", SourceKind::Simulated}}));
    all.push_back(
        text({group, "bitcoin.node", "TIPWATCH_NODE", "--node", "URL", "the node's RPC address; else looked for on this machine"},
             in(&Config::bitcoin, &BitcoinConfig::node), "http://host:port without user or password (see --rpc-user)",
             [](std::string_view v) { return v.empty() || isNodeAddress(v); }));
    all.push_back(choice({group, "bitcoin.network", "TIPWATCH_NETWORK", "--network", "NAME",
                          "main, test, testnet4, signet, regtest; else the first found"},
                         in(&Config::bitcoin, &BitcoinConfig::network),
                         asTheyAre({"", "main", "test", "testnet4", "signet", "regtest"})));
    all.push_back(
        text({group, "bitcoin.datadir", "TIPWATCH_DATADIR", "--datadir", "DIR", "the node's data directory; else ~/.bitcoin"},
             in(&Config::bitcoin, &BitcoinConfig::dataDir), "a directory", isAnything));
    all.push_back(text({group, "bitcoin.rpc_cookie", "TIPWATCH_RPC_COOKIE", "--rpc-cookie", "FILE",
                        "the node's .cookie; else the one in the data directory"},
                       in(&Config::bitcoin, &BitcoinConfig::cookieFile), "a file", isAnything));
    all.push_back(secret(text({group, "bitcoin.rpc_user", "TIPWATCH_RPC_USER", "--rpc-user", "NAME",
                               "log in with a name and a password instead of the cookie"},
                              in(&Config::bitcoin, &BitcoinConfig::user), "a name without a colon",
                              [](std::string_view v) { return v.find(':') == std::string_view::npos; })));
    all.push_back(text({group, "bitcoin.rpc_password_file", "TIPWATCH_RPC_PASSWORD_FILE", "--rpc-password-file", "FILE",
                        "its first line is the password"},
                       in(&Config::bitcoin, &BitcoinConfig::passwordFile), "a file that can be read", isReadableFile));
    all.push_back(list({group, "bitcoin.zmq", "TIPWATCH_ZMQ", "--zmq", "TOPIC=ENDPOINT",
                        "where it publishes a topic (repeatable); else asked from it"},
                       in(&Config::bitcoin, &BitcoinConfig::zmq),
                       "topic=endpoint with topic sequence, rawblock, hashblock, rawtx or hashtx and endpoint tcp://host:port or "
                       "ipc://path",
                       isZmqSubscription));
    all.push_back(integer({group, "bitcoin.block_reserved_weight", "TIPWATCH_BLOCK_RESERVED_WEIGHT", "--block-reserved-weight",
                           "N", "weight miners keep free in a block (-blockreservedweight)"},
                          in(&Config::bitcoin, &BitcoinConfig::blockReservedWeight), 2'000, 4'000'000));
}

void addSimulated(std::vector<Setting> &all)
{
    const std::string_view group = "Simulated network";
    all.push_back(number({group, "simulated.tx_rate", "TIPWATCH_SIMULATE_TX_RATE", "--simulate-tx-rate", "N",
                          "transactions per second, on average"},
                         in(&Config::simulated, &SimulatedConfig::txRate), 0, 10'000));
    all.push_back(duration({group, "simulated.block_interval", "TIPWATCH_SIMULATE_BLOCK_INTERVAL", "--simulate-block-interval",
                            "TIME", "time between blocks, on average"},
                           in(&Config::simulated, &SimulatedConfig::blockInterval), 100ms, 24h));
    all.push_back(integer({group, "simulated.mempool", "TIPWATCH_SIMULATE_MEMPOOL", "--simulate-mempool", "N",
                           "transactions in the mempool at the start"},
                          in(&Config::simulated, &SimulatedConfig::mempool), 0, 300'000));
    all.push_back(
        natural({group, "simulated.seed", "TIPWATCH_SEED", "--seed", "N", "same seed, same network; 0 is a new one every time"},
                in(&Config::simulated, &SimulatedConfig::seed)));
}

void addGateway(std::vector<Setting> &all)
{
    const std::string_view group = "Serving browsers";
    const auto gateway = [](auto field) { return in(&Config::gateway, field); };
    all.push_back(boolean({group, "server_only", "TIPWATCH_SERVER_ONLY", "--server-only", {}, "no window; serve only"},
                          in(&Config::serverOnly)));
    all.push_back(boolean({group, "gateway.enabled", "WEBSOCKET_ENABLED", "--websocket-enabled", "BOOL",
                           "serve browsers; else only with --server-only"},
                          gateway(&GatewayConfig::enabled)));
    all.push_back(text(
        {group, "gateway.listen", "TIPWATCH_LISTEN", "--listen", "ADDRESS", "address to serve on; 0.0.0.0 for the whole LAN"},
        gateway(&GatewayConfig::listen), "an IPv4 or IPv6 address of this machine, 0.0.0.0 or ::", isIpAddress));
    all.push_back(
        integer({group, "gateway.http_port", "TIPWATCH_HTTP_PORT", "--http-port", "PORT", "port to serve on; 0 is any free one"},
                gateway(&GatewayConfig::httpPort), 0, 65'535, " (0: any free one)"));
    all.push_back(optionalPort({group, "gateway.websocket_port", "WEBSOCKET_PORT", "--websocket-port", "PORT",
                                "a port of its own for WebSockets; else they share the other"},
                               gateway(&GatewayConfig::websocketPort)));
    all.push_back(text({group, "gateway.path", "WEBSOCKET_PATH", "--websocket-path", "PATH", "path of the WebSocket"},
                       gateway(&GatewayConfig::path),
                       "a path such as /ws, of letters, digits and - _ . /, that is not a page's or /api/...", isSocketPath));
    all.push_back(list({group, "gateway.cors_origins", "API_CORS_ORIGINS", "--cors-origins", "LIST",
                        "pages of other origins that may connect; * is all of them"},
                       gateway(&GatewayConfig::corsOrigins), "*, or origins such as https://example.org:8443", isOrigin));
    all.push_back(list({group, "gateway.allowed_hosts", "WEBSOCKET_ALLOWED_HOSTS", "--allowed-hosts", "LIST",
                        "names it answers to, besides its own and IP addresses"},
                       gateway(&GatewayConfig::allowedHosts), "host names such as node.example.org", isHostName));
    all.push_back(list({group, "gateway.trusted_proxies", "WEBSOCKET_TRUSTED_PROXIES", "--trusted-proxies", "LIST",
                        "proxies whose word on the client's address is believed"},
                       gateway(&GatewayConfig::trustedProxies), "addresses or networks such as 10.0.0.1, 10.0.0.0/8, fd00::/8",
                       isAddressRange));
    all.push_back(boolean({group, "gateway.compression", "WEBSOCKET_COMPRESSION", "--websocket-compression", "BOOL",
                           "compress messages for clients that offer it (permessage-deflate)"},
                          gateway(&GatewayConfig::compression)));
    all.push_back(text({group, "gateway.geoip_db", "TIPWATCH_GEOIP_DB", "--geoip-db", "FILE",
                        "MaxMind-format database for the positions of peers"},
                       gateway(&GatewayConfig::geoipDatabase), "a file that can be read", isReadableFile));
}

void addSecurity(std::vector<Setting> &all)
{
    const std::string_view group = "Encryption and access";
    const auto tls = [](auto field) { return inGateway(&GatewayConfig::tls, field); };
    const auto auth = [](auto field) { return inGateway(&GatewayConfig::auth, field); };
    all.push_back(
        boolean({group, "gateway.tls", "WEBSOCKET_TLS", "--tls", {}, "serve https and wss too; self-signed without files"},
                tls(&TlsConfig::enabled)));
    all.push_back(
        boolean({group, "gateway.require_tls", "WEBSOCKET_REQUIRE_TLS", "--require-tls", {}, "serve https and wss only"},
                tls(&TlsConfig::required)));
    all.push_back(
        text({group, "gateway.tls_cert_file", "WEBSOCKET_TLS_CERT_FILE", "--tls-cert", "FILE", "certificate with its chain, PEM"},
             tls(&TlsConfig::certificateFile), "a file that can be read", isReadableFile));
    all.push_back(text({group, "gateway.tls_key_file", "WEBSOCKET_TLS_KEY_FILE", "--tls-key", "FILE", "its private key, PEM"},
                       tls(&TlsConfig::keyFile), "a file that can be read", isReadableFile));
    all.push_back(
        boolean({group, "gateway.require_auth", "WEBSOCKET_REQUIRE_AUTH", "--require-auth", {}, "clients need a token (JWT)"},
                auth(&AuthConfig::required)));
    all.push_back(text({group, "gateway.jwt_key_file", "WEBSOCKET_JWT_KEY_FILE", "--jwt-key", "FILE",
                        "checks tokens: a secret (HS256) or a public key (EdDSA)"},
                       auth(&AuthConfig::jwtKeyFile), "a file that can be read", isReadableFile));
    all.push_back(text({group, "gateway.admin_token_file", "TIPWATCH_ADMIN_TOKEN_FILE", "--admin-token", "FILE",
                        "its first line lets in to /api/v1/clients"},
                       auth(&AuthConfig::adminTokenFile), "a file that can be read", isReadableFile));
}

void addAlerts(std::vector<Setting> &all)
{
    const std::string_view group = "Alerts";
    const auto alerts = [](auto field) { return in(&Config::alerts, field); };
    const auto delivery = [](auto field) {
        return [=](auto &config) -> auto &
        {
            return config.alerts.delivery.*field;
        };
    };
    all.push_back(boolean({group, "alerts.enabled", "TIPWATCH_ALERTS", "--alerts", "BOOL", "watch for what the rules say"},
                          alerts(&AlertsConfig::enabled)));
    all.push_back(text({group, "alerts.rules_file", "TIPWATCH_ALERT_RULES_FILE", "--alert-rules", "FILE",
                        "keeps rules that are changed in the app; else beside the settings"},
                       alerts(&AlertsConfig::rulesFile), "a file, which need not be there", isAnything));
    all.push_back(
        secret(text({group, "alerts.webhook_url", "TIPWATCH_WEBHOOK_URL", "--webhook", "URL", "post alerts there, as JSON"},
                    delivery(&DeliveryConfig::webhookUrl), "an address that begins with http:// or https://", isTargetUrl)));
    all.push_back(text({group, "alerts.webhook_secret_file", "TIPWATCH_WEBHOOK_SECRET_FILE", "--webhook-secret", "FILE",
                        "its first line signs what is posted (HMAC-SHA256)"},
                       delivery(&DeliveryConfig::webhookSecretFile), "a file that can be read", isReadableFile));
    all.push_back(secret(text(
        {group, "alerts.ntfy_url", "TIPWATCH_NTFY_URL", "--ntfy", "URL", "post them to this topic of ntfy, https://ntfy.sh/..."},
        delivery(&DeliveryConfig::ntfyUrl), "an address that begins with http:// or https://", isTargetUrl)));
    all.push_back(text({group, "alerts.ntfy_token_file", "TIPWATCH_NTFY_TOKEN_FILE", "--ntfy-token", "FILE",
                        "its first line is the access token for that"},
                       delivery(&DeliveryConfig::ntfyTokenFile), "a file that can be read", isReadableFile));
    all.push_back(duration({limitsGroup, "alerts.delivery_timeout", "TIPWATCH_DELIVERY_TIMEOUT", "--delivery-timeout", "TIME",
                            "an attempt to deliver an alert is given up after so long"},
                           delivery(&DeliveryConfig::timeout), 100ms, 5min));
    all.push_back(integer({limitsGroup, "alerts.delivery_attempts", "TIPWATCH_DELIVERY_ATTEMPTS", "--delivery-attempts", "N",
                           "attempts to deliver an alert, with pauses of 1 s to 60 s"},
                          delivery(&DeliveryConfig::attempts), 1, 1'000));
    all.push_back(integer({limitsGroup, "alerts.delivery_queue", "TIPWATCH_DELIVERY_QUEUE", "--delivery-queue", "N",
                           "alerts that may wait for each target; then the oldest is dropped"},
                          delivery(&DeliveryConfig::queue), 1, 100'000));
}

void addClientLimits(std::vector<Setting> &all)
{
    const std::string_view group = limitsGroup;
    const auto clients = [](auto field) { return inGateway(&GatewayConfig::clients, field); };
    all.push_back(integer({group, "gateway.max_connections", "WEBSOCKET_MAX_CONNECTIONS", "--websocket-max-connections", "N",
                           "WebSocket clients at a time"},
                          clients(&ClientLimits::maxConnections), 1, 1'000'000));
    all.push_back(integer({group, "gateway.max_connections_per_ip", "WEBSOCKET_MAX_CONNECTIONS_PER_IP",
                           "--websocket-max-connections-per-ip", "N", "of them from one address (IPv6: one /64); 0 is no limit"},
                          clients(&ClientLimits::maxPerAddress), 0, 1'000'000));
    all.push_back(integer({group, "gateway.connections_per_minute", "WEBSOCKET_CONNECTIONS_PER_MINUTE",
                           "--websocket-connections-per-minute", "N", "new clients from one address; 0 is no limit"},
                          clients(&ClientLimits::connectionsPerMinute), 0, 1'000'000));
    all.push_back(integer({group, "gateway.messages_per_second", "WEBSOCKET_MESSAGES_PER_SECOND",
                           "--websocket-messages-per-second", "N", "messages from one client; 0 is no limit"},
                          clients(&ClientLimits::messagesPerSecond), 0, 1'000'000));
    all.push_back(integer({group, "gateway.message_burst", "WEBSOCKET_MESSAGE_BURST", "--websocket-message-burst", "N",
                           "messages from one client that may come at once"},
                          clients(&ClientLimits::messageBurst), 1, 1'000'000));
    all.push_back(bytes({group, "gateway.max_message_size", "WEBSOCKET_MAX_MESSAGE_SIZE", "--websocket-max-message-size", "SIZE",
                         "largest message a client may send"},
                        clients(&ClientLimits::maxMessageSize), 128, 64 << 20));
    all.push_back(bytes({group, "gateway.max_stream_message_size", "WEBSOCKET_MAX_STREAM_MESSAGE_SIZE",
                         "--websocket-max-stream-message-size", "SIZE", "the same on /v1/stream"},
                        clients(&ClientLimits::maxStreamMessageSize), 128, 64 << 20));
    all.push_back(integer({group, "gateway.queue_messages", "WEBSOCKET_QUEUE_MESSAGES", "--websocket-queue-messages", "N",
                           "messages that may wait for one client"},
                          clients(&ClientLimits::queueMessages), 1, 1'000'000));
    all.push_back(bytes({group, "gateway.queue_bytes", "WEBSOCKET_QUEUE_BYTES", "--websocket-queue-bytes", "SIZE",
                         "bytes that may wait for one client"},
                        clients(&ClientLimits::queueBytes), 64 << 10, 1 << 30));
    all.push_back(bytes({group, "gateway.total_queue_bytes", "WEBSOCKET_TOTAL_QUEUE_BYTES", "--websocket-total-queue-bytes",
                         "SIZE", "bytes that may wait for all clients together"},
                        clients(&ClientLimits::totalQueueBytes), 1 << 20, std::int64_t{1} << 40));
    all.push_back(choice({group, "gateway.slow_client_policy", "WEBSOCKET_SLOW_CLIENT_POLICY", "--websocket-slow-client-policy",
                          "WORD", "a client whose queue is full: disconnect it, or drop messages"},
                         clients(&ClientLimits::slowClientPolicy),
                         {{"disconnect", SlowClientPolicy::Disconnect}, {"drop", SlowClientPolicy::Drop}}));
    all.push_back(bytes({group, "gateway.read_buffer_size", "WEBSOCKET_READ_BUFFER_SIZE", "--websocket-read-buffer-size", "SIZE",
                         "bytes read from one client before the next has its turn"},
                        clients(&ClientLimits::readBufferSize), 128, 16 << 20));
    all.push_back(bytes({group, "gateway.write_buffer_size", "WEBSOCKET_WRITE_BUFFER_SIZE", "--websocket-write-buffer-size",
                         "SIZE", "bytes of waiting messages handed to the kernel in one call"},
                        clients(&ClientLimits::writeBufferSize), 128, 16 << 20));
    all.push_back(duration({group, "gateway.ping_interval", "WEBSOCKET_PING_INTERVAL", "--websocket-ping-interval", "TIME",
                            "time between pings to a client"},
                           clients(&ClientLimits::pingInterval), 100ms, 1h));
    all.push_back(duration({group, "gateway.pong_timeout", "WEBSOCKET_PONG_TIMEOUT", "--websocket-pong-timeout", "TIME",
                            "a client that does not answer a ping for so long is closed"},
                           clients(&ClientLimits::pongTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.read_timeout", "WEBSOCKET_READ_TIMEOUT", "--websocket-read-timeout", "TIME",
                            "a message that has begun has to be complete by then"},
                           clients(&ClientLimits::readTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.write_timeout", "WEBSOCKET_WRITE_TIMEOUT", "--websocket-write-timeout", "TIME",
                            "a client that takes nothing for so long is closed"},
                           clients(&ClientLimits::writeTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.delivery_timeout", "WEBSOCKET_DELIVERY_TIMEOUT", "--websocket-delivery-timeout",
                            "TIME", "a full queue has so long to get room before the policy applies"},
                           clients(&ClientLimits::deliveryTimeout), 0ms, 1h));
    all.push_back(duration({group, "gateway.idle_timeout", "WEBSOCKET_IDLE_TIMEOUT", "--websocket-idle-timeout", "TIME",
                            "a client without subscriptions that says nothing for so long is closed"},
                           clients(&ClientLimits::idleTimeout), 100ms, 24h));
    all.push_back(duration({group, "gateway.batch_interval", "WEBSOCKET_BATCH_INTERVAL", "--websocket-batch-interval", "TIME",
                            "transactions of a busy network are gathered for so long"},
                           clients(&ClientLimits::batchInterval), 0ms, 1s));
    all.push_back(duration({group, "gateway.drain_time", "WEBSOCKET_DRAIN_TIME", "--websocket-drain-time", "TIME",
                            "over which clients are told at the end that the server goes away"},
                           clients(&ClientLimits::drainTime), 0ms, 1min));
}

void addServerLimits(std::vector<Setting> &all)
{
    const std::string_view group = limitsGroup;
    const auto http = [](auto field) { return inGateway(&GatewayConfig::http, field); };
    const auto replay = [](auto field) { return inGateway(&GatewayConfig::replay, field); };
    all.push_back(integer({group, "gateway.http_max_connections", "TIPWATCH_HTTP_MAX_CONNECTIONS", "--http-max-connections", "N",
                           "HTTP connections at a time"},
                          http(&HttpLimits::maxConnections), 1, 1'000'000));
    all.push_back(integer({group, "gateway.max_handshakes", "WEBSOCKET_MAX_HANDSHAKES", "--websocket-max-handshakes", "N",
                           "WebSocket and TLS handshakes at a time"},
                          http(&HttpLimits::maxHandshakes), 1, 1'000'000));
    all.push_back(bytes({group, "gateway.max_head_size", "TIPWATCH_HTTP_MAX_HEAD_SIZE", "--http-max-head-size", "SIZE",
                         "largest head of a request"},
                        http(&HttpLimits::maxHeadSize), 1 << 10, 64 << 10));
    all.push_back(integer({group, "gateway.min_receive_rate", "TIPWATCH_HTTP_MIN_RECEIVE_RATE", "--http-min-receive-rate", "N",
                           "bytes per second at which a request has to come; 0 is no limit"},
                          http(&HttpLimits::minReceiveRate), 0, 1'000'000));
    all.push_back(duration({group, "gateway.head_timeout", "TIPWATCH_HTTP_HEAD_TIMEOUT", "--http-head-timeout", "TIME",
                            "time for the head of a request"},
                           http(&HttpLimits::headTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.http_idle_timeout", "TIPWATCH_HTTP_IDLE_TIMEOUT", "--http-idle-timeout", "TIME",
                            "time between two requests of a connection"},
                           http(&HttpLimits::idleTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.http_write_timeout", "TIPWATCH_HTTP_WRITE_TIMEOUT", "--http-write-timeout", "TIME",
                            "an answer of which nothing is taken for so long is given up"},
                           http(&HttpLimits::writeTimeout), 100ms, 1h));
    all.push_back(duration({group, "gateway.handshake_timeout", "WEBSOCKET_HANDSHAKE_TIMEOUT", "--websocket-handshake-timeout",
                            "TIME", "time for a WebSocket or TLS handshake"},
                           http(&HttpLimits::handshakeTimeout), 100ms, 1h));
    all.push_back(integer({group, "gateway.replay_events", "WEBSOCKET_REPLAY_EVENTS", "--websocket-replay-events", "N",
                           "events kept for clients that come back"},
                          replay(&ReplayLimits::events), 0, 10'000'000));
    all.push_back(bytes({group, "gateway.replay_bytes", "WEBSOCKET_REPLAY_BYTES", "--websocket-replay-bytes", "SIZE",
                         "bytes kept for clients that come back"},
                        replay(&ReplayLimits::bytes), 0, std::int64_t{1} << 40));
    all.push_back(duration({group, "gateway.replay_age", "WEBSOCKET_REPLAY_AGE", "--websocket-replay-age", "TIME",
                            "age of what is kept for clients that come back"},
                           replay(&ReplayLimits::age), 0ms, 24h));
    all.push_back(integer({group, "gateway.shards", "TIPWATCH_SHARDS", "--shards", "N",
                           "threads that serve clients; 0 is one for each core, up to 8"},
                          in(&Config::gateway, &GatewayConfig::shards), 0, 64));
}

void addHistory(std::vector<Setting> &all)
{
    const std::string_view group = "History";
    const auto history = [](auto field) { return in(&Config::history, field); };
    all.push_back(boolean({group, "history.enabled", "TIPWATCH_HISTORY", "--history", "BOOL",
                           "write down mempool, fees and blocks every minute, for charts"},
                          history(&HistoryConfig::enabled)));
    all.push_back(text({group, "history.dir", "TIPWATCH_HISTORY_DIR", "--history-dir", "DIR",
                        "where, one file for each network; else with the user's data"},
                       history(&HistoryConfig::directory), "a directory, which is made if there is none", isAnything));
    all.push_back(integer({limitsGroup, "history.minute_days", "TIPWATCH_HISTORY_MINUTE_DAYS", "--history-minute-days", "DAYS",
                           "for how long every minute is kept"},
                          history(&HistoryConfig::minuteDays), 1, 31));
    all.push_back(integer({limitsGroup, "history.ten_minute_days", "TIPWATCH_HISTORY_TEN_MINUTE_DAYS",
                           "--history-ten-minute-days", "DAYS", "for how long means of ten minutes are kept"},
                          history(&HistoryConfig::tenMinuteDays), 7, 366));
    all.push_back(integer({limitsGroup, "history.two_hour_days", "TIPWATCH_HISTORY_TWO_HOUR_DAYS", "--history-two-hour-days",
                           "DAYS", "for how long means of two hours, and blocks, are kept"},
                          history(&HistoryConfig::twoHourDays), 31, 36'500));
    all.push_back(bytes({limitsGroup, "history.max_size", "TIPWATCH_HISTORY_MAX_SIZE", "--history-max-size", "SIZE",
                         "largest size of the file; the oldest goes first"},
                        history(&HistoryConfig::maxSize), 32 << 20, std::int64_t{64} << 30));
}

void addLogAndWindow(std::vector<Setting> &all)
{
    all.push_back(choice({"Log and window", "log.format", "TIPWATCH_LOG_FORMAT", "--log-format", "FORMAT", "text or json"},
                         in(&Config::log, &LogConfig::format), {{"text", LogFormat::Text}, {"json", LogFormat::Json}}));
    all.push_back(
        choice({"Log and window", "log.level", "TIPWATCH_LOG_LEVEL", "--log-level", "LEVEL", "debug, info, warning or error"},
               in(&Config::log, &LogConfig::level), asTheyAre({"debug", "info", "warning", "error"})));
    all.push_back(
        choice({"Log and window", "window.theme", "TIPWATCH_THEME", "--theme", "NAME", "dark, light, system, or as last chosen"},
               in(&Config::window, &WindowConfig::theme), asTheyAre({"remembered", "system", "dark", "light"})));
    all.push_back(boolean({"Log and window",
                           "window.reduced_motion",
                           "TIPWATCH_REDUCED_MOTION",
                           "--reduced-motion",
                           {},
                           "nothing slides or fades in the window"},
                          in(&Config::window, &WindowConfig::reducedMotion)));
}

std::vector<Setting> makeSettings()
{
    std::vector<Setting> all;
    addSource(all);
    addSimulated(all);
    addGateway(all);
    addSecurity(all);
    addAlerts(all);
    addClientLimits(all);
    addServerLimits(all);
    addHistory(all);
    addLogAndWindow(all);
    return all;
}

} // namespace

const std::vector<Setting> &settings()
{
    static const std::vector<Setting> all = makeSettings();
    return all;
}

const Setting *findSetting(std::string_view key)
{
    const auto it = std::ranges::find(settings(), key, &Setting::key);
    return it == settings().end() ? nullptr : &*it;
}

} // namespace tipwatch
