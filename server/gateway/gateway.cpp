// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/gateway.h"

#include "server/gateway/auth/access_keys.h"
#include "server/gateway/descriptor_limit.h"
#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/front_door/tls_identity.h"
#include "server/gateway/gateway_log.h"
#include "server/gateway/publisher.h"
#include "server/gateway/reactor/reactor.h"
#include "server/gateway/session/stream_protocol.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <QTimer>

#include <algorithm>
#include <thread>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr int statusIntervalMs = 250;         ///< a person reads no faster
constexpr std::size_t otherDescriptors = 256; ///< of the program besides connections: the node, the window, files
constexpr const char *serverName = "tipwatch/" TIPWATCH_VERSION;

std::size_t shardCount(const GatewayConfig &config)
{
    return config.shards > 0 ? static_cast<std::size_t>(config.shards) : std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
}

ShardLimits shardLimits(const GatewayConfig &config)
{
    ShardLimits limits;
    limits.maxMessage = static_cast<std::size_t>(config.clients.maxMessageSize);
    limits.maxStreamMessage = static_cast<std::size_t>(config.clients.maxStreamMessageSize);
    limits.queue = {static_cast<std::size_t>(config.clients.queueMessages), static_cast<std::size_t>(config.clients.queueBytes)};
    limits.pingIntervalMs = config.clients.pingInterval.count();
    limits.pongTimeoutMs = config.clients.pongTimeout.count();
    limits.writeTimeoutMs = config.clients.writeTimeout.count();
    limits.deliveryTimeoutMs = config.clients.deliveryTimeout.count();
    limits.replay = config.replay;
    limits.totalQueueBytes = static_cast<std::size_t>(config.clients.totalQueueBytes);
    limits.slowClientPolicy = config.clients.slowClientPolicy;
    limits.readBytes = static_cast<std::size_t>(config.clients.readBufferSize);
    limits.writeBytes = static_cast<std::size_t>(config.clients.writeBufferSize);
    limits.messagesPerSecond = config.clients.messagesPerSecond;
    limits.messageBurst = config.clients.messageBurst;
    limits.readTimeoutMs = config.clients.readTimeout.count();
    limits.idleTimeoutMs = config.clients.idleTimeout.count();
    limits.drainSpreadMs = config.clients.drainTime.count();
    return limits;
}

GatewaySettings settingsOf(const GatewayConfig &config)
{
    return {config.listen,
            config.httpPort,
            config.clients.maxConnections,
            config.clients.maxPerAddress,
            config.clients.connectionsPerMinute,
            config.clients.messagesPerSecond};
}

GatewayConfig with(GatewayConfig config, const GatewaySettings &settings)
{
    config.listen = settings.listen;
    config.httpPort = settings.port;
    config.clients.maxConnections = settings.maxConnections;
    config.clients.maxPerAddress = settings.maxPerAddress;
    config.clients.connectionsPerMinute = settings.connectionsPerMinute;
    config.clients.messagesPerSecond = settings.messagesPerSecond;
    return config;
}

StreamProtocol::TokenCheck tokenCheck(const AccessKeysPtr &keys, const Clock &clock)
{
    if (!keys->tokens)
        return nullptr;
    return [keys, &clock](std::string_view token) -> tl::expected<Claims, RequestError> {
        auto claims = keys->tokens->verify(token, clock.unixMs() / 1000);
        if (!claims)
            return tl::unexpected(RequestError{"unauthorized", claims.error().message, {}, {}});
        return *claims;
    };
}

/// What every hello says, whenever it is.
Hello hello(const GatewayConfig &config)
{
    Hello hello;
    hello.server = serverName;
    hello.pingIntervalMs = config.clients.pingInterval.count();
    hello.maxMessageSize = config.clients.maxMessageSize;
    hello.queueMessages = config.clients.queueMessages;
    hello.messagesPerSecond = config.clients.messagesPerSecond;
    return hello;
}

} // namespace

/// One run from start() to stop(). Built and torn down on the backend thread.
struct Gateway::Serving {
    AccessKeysPtr keys;
    std::unique_ptr<TlsBridges> bridges; ///< goes last
    std::unique_ptr<Reactor> reactor;
    std::unique_ptr<Publisher> publisher;
    std::unique_ptr<WebServer> web;

    /// Nobody comes in any more, then the stream ends, then the clients are told (by the reactor's destructor).
    ~Serving()
    {
        web.reset();
        publisher.reset();
        reactor.reset();
    }
};

Gateway::Gateway(const GatewayConfig &config, EventBus &bus, const ChainStore &store, const Clock &clock, NodeQueries *queries,
                 QObject *parent)
    : QObject(parent), m_config(config), m_bus(bus), m_store(store), m_clock(clock), m_queries(queries),
      m_enabled(config.enabled), m_statusTimer(this)
{
    m_told = status();
    m_statusTimer.setSingleShot(true);
    m_statusTimer.setInterval(statusIntervalMs);
    connect(&m_statusTimer, &QTimer::timeout, this, &Gateway::refreshStatus);
}

Gateway::~Gateway()
{
    m_serving.reset();
    tellInterest();
}

Result<void> Gateway::check(const GatewayConfig &config)
{
    if (const auto keys = AccessKeys::load(config.auth); !keys)
        return tl::unexpected(keys.error());
    if (const TlsConfig &tls = config.tls; !tls.certificateFile.empty()) {
        if (const auto identity = TlsIdentity::load(tls, {}, 0); !identity)
            return failure("gateway.tls_cert_file: " + identity.error().message);
    }
    return {};
}

Result<void> Gateway::start()
{
    if (m_serving)
        return {};
    m_enabled = true;
    Result<std::unique_ptr<Serving>> serving = serve();
    m_error = serving ? std::string() : serving.error().message;
    if (serving) {
        m_serving = std::move(*serving);
        qCInfo(lcGateway, "websocket.enabled on=true url=%s path=%s max_connections=%lld", m_serving->web->url().c_str(),
               m_config.path.c_str(), static_cast<long long>(m_config.clients.maxConnections));
    } else {
        qCWarning(lcGateway, "websocket.enabled on=false error=\"%s\"", m_error.c_str());
    }
    refreshStatus();
    if (!serving)
        return tl::unexpected(serving.error());
    return {};
}

WebServer::Needs Gateway::needsOf(const Serving &serving) const
{
    return {serving.keys, m_store, *serving.reactor, *serving.bridges, m_clock, m_queries, m_history};
}

void Gateway::allowDescriptors() const
{
    const std::size_t needed =
        static_cast<std::size_t>(m_config.clients.maxConnections + m_config.http.maxConnections) + otherDescriptors;
    if (const std::size_t limit = raiseDescriptorLimit(needed); limit < needed)
        qCWarning(lcGateway, "websocket.error event=descriptors limit=%zu needed=%zu", limit, needed);
}

Result<std::unique_ptr<Gateway::Serving>> Gateway::serve()
{
    allowDescriptors();
    auto keys = AccessKeys::load(m_config.auth);
    if (!keys)
        return tl::unexpected(keys.error());
    auto serving = std::make_unique<Serving>();
    const StreamProtocol::Needs needs{hello(m_config), m_clock, tokenCheck(*keys, m_clock), (*keys)->tokensAreRequired,
                                      &m_store.watches()};
    auto reactor = Reactor::start(
        shardCount(m_config), shardLimits(m_config), m_clock, [needs] { return std::make_unique<StreamProtocol>(needs); },
        [this] { clientsChanged(); });
    if (!reactor)
        return tl::unexpected(reactor.error());
    serving->keys = std::move(*keys);
    serving->bridges = std::make_unique<TlsBridges>(m_config.clients.writeTimeout.count());
    serving->reactor = std::move(*reactor);
    serving->publisher =
        std::make_unique<Publisher>(m_bus, m_store, *serving->reactor, m_clock, m_config.clients.batchInterval.count());
    auto web = WebServer::open(m_config, needsOf(*serving));
    if (!web)
        return tl::unexpected(web.error());
    serving->web = std::move(*web);
    return serving;
}

Result<void> Gateway::change(const GatewaySettings &settings)
{
    const GatewayConfig before = std::exchange(m_config, with(m_config, settings));
    if (!m_serving) {
        refreshStatus();
        return m_enabled ? start() : Result<void>();
    }
    const Result<void> outcome = moveWebServer(before);
    if (m_serving)
        m_serving->reactor->setMessageRate(m_config.clients.messagesPerSecond);
    m_error = outcome ? std::string() : outcome.error().message;
    if (outcome) {
        m_serving->reactor->setMessageRate(m_config.clients.messagesPerSecond);
        qCInfo(lcGateway, "websocket.changed url=%s max_connections=%lld", m_serving->web->url().c_str(),
               static_cast<long long>(m_config.clients.maxConnections));
    } else {
        qCWarning(lcGateway, "websocket.error event=change error=\"%s\"", m_error.c_str());
    }
    refreshStatus();
    return outcome;
}

/// From where it was to where m_config wants it; back again if it cannot be there. The WebSocket clients do not notice.
Result<void> Gateway::moveWebServer(const GatewayConfig &before)
{
    allowDescriptors();
    std::unique_ptr<WebServer> &web = m_serving->web;
    GatewayConfig wanted = m_config, old = before;
    old.httpPort = web->port(); // where people know it, even if any free one was asked for at the start
    if (m_config.httpPort == before.httpPort)
        wanted.httpPort = old.httpPort;
    if (before.websocketPort)
        wanted.websocketPort = old.websocketPort = web->socketPort();
    const bool sharesPort = wanted.httpPort == old.httpPort || before.websocketPort;
    if (sharesPort)
        web.reset();
    auto opened = WebServer::open(wanted, needsOf(*m_serving));
    if (opened) {
        web = std::move(*opened);
        return {};
    }
    m_config = before;
    if (sharesPort) {
        if (auto again = WebServer::open(old, needsOf(*m_serving)))
            web = std::move(*again);
        else
            m_serving.reset(); // somebody took the port in this very moment
    }
    return tl::unexpected(opened.error());
}

void Gateway::stop()
{
    if (m_serving) {
        m_serving.reset();
        qCInfo(lcGateway, "websocket.enabled on=false");
    }
    m_enabled = false;
    m_error.clear();
    tellInterest();
    refreshStatus();
}

/// What clients want to be told of the projected blocks.
void Gateway::tellInterest()
{
    m_interestIsDue.exchange(false); // and with it sees what came before it was set
    unsigned wanted = 0;
    for (std::size_t index = 0; m_serving && index < projectedChannels; ++index) {
        if (m_serving->reactor->counters().projectedClients[index].load() > 0)
            wanted |= 1u << index;
    }
    m_store.projectedInterest().want(this, static_cast<ProjectedSet>(wanted));
}

/// Any thread.
void Gateway::clientsChanged()
{
    if (!m_interestIsDue.exchange(true)) // at once: the list that they wait for is made only then
        QMetaObject::invokeMethod(this, &Gateway::tellInterest, Qt::QueuedConnection);
    if (m_statusIsDue.exchange(true))
        return;
    QMetaObject::invokeMethod(&m_statusTimer, qOverload<>(&QTimer::start), Qt::QueuedConnection);
}

void Gateway::refreshStatus()
{
    m_statusIsDue = false;
    if (m_serving)
        m_serving->publisher->setFiguresWanted(m_serving->reactor->counters().figureClients.load() > 0);
    const GatewayStatus now = status();
    if (now != std::exchange(m_told, now))
        Q_EMIT statusChanged(now);
}

GatewayStatus Gateway::status() const
{
    GatewayStatus status{m_enabled, m_serving != nullptr, {}, 0, m_error, settingsOf(m_config)};
    if (m_serving) {
        status.url = m_serving->web->url();
        status.clients = m_serving->reactor->counters().clients.load();
    }
    return status;
}

} // namespace tipwatch
