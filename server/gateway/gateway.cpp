// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/gateway.h"

#include "server/gateway/descriptor_limit.h"
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/front_door/rest_api.h"
#include "server/gateway/front_door/site.h"
#include "server/gateway/gateway_log.h"
#include "server/gateway/publisher.h"
#include "server/gateway/reactor/reactor.h"
#include "server/gateway/session/canonical_protocol.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <QThread>
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
    return config.shards > 0 ? static_cast<std::size_t>(config.shards) : std::max(1u, std::thread::hardware_concurrency() / 2);
}

ShardLimits shardLimits(const GatewayConfig &config)
{
    ShardLimits limits;
    limits.maxMessage = static_cast<std::size_t>(config.clients.maxMessageSize);
    limits.queue = {static_cast<std::size_t>(config.clients.queueMessages), static_cast<std::size_t>(config.clients.queueBytes)};
    limits.pingIntervalMs = config.clients.pingInterval.count();
    limits.pongTimeoutMs = config.clients.pongTimeout.count();
    limits.writeTimeoutMs = config.clients.writeTimeout.count();
    return limits;
}

} // namespace

/// One run from start() to stop(). Built and torn down on the backend thread.
struct Gateway::Serving {
    std::unique_ptr<Reactor> reactor;
    std::unique_ptr<Publisher> publisher;
    std::unique_ptr<RestApi> rest;
    std::unique_ptr<Site> site;
    std::unique_ptr<FrontDoor> frontDoor;
    QThread thread; ///< the front door's

    /// Nobody comes in any more, then the stream ends, then the clients are told (by the reactor's destructor).
    ~Serving()
    {
        if (thread.isRunning()) {
            QMetaObject::invokeMethod(
                frontDoor.get(), [this] { frontDoor->close(); }, Qt::BlockingQueuedConnection);
            thread.quit();
            thread.wait();
        }
        publisher.reset();
        reactor.reset();
    }
};

Gateway::Gateway(const GatewayConfig &config, EventBus &bus, const ChainStore &store, const Clock &clock, QObject *parent)
    : QObject(parent), m_config(config), m_bus(bus), m_store(store), m_clock(clock), m_enabled(config.enabled),
      m_statusTimer(this)
{
    m_told = status();
    m_statusTimer.setSingleShot(true);
    m_statusTimer.setInterval(statusIntervalMs);
    connect(&m_statusTimer, &QTimer::timeout, this, &Gateway::refreshStatus);
}

Gateway::~Gateway()
{
    m_serving.reset();
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
        qCInfo(lcGateway, "websocket.enabled on=true url=%s path=%s max_connections=%lld", m_serving->frontDoor->url().c_str(),
               m_config.path.c_str(), static_cast<long long>(m_config.clients.maxConnections));
    } else {
        qCWarning(lcGateway, "websocket.enabled on=false error=\"%s\"", m_error.c_str());
    }
    refreshStatus();
    if (!serving)
        return tl::unexpected(serving.error());
    return {};
}

Result<std::unique_ptr<Gateway::Serving>> Gateway::serve()
{
    const std::size_t needed =
        static_cast<std::size_t>(m_config.clients.maxConnections + m_config.http.maxConnections) + otherDescriptors;
    if (const std::size_t limit = raiseDescriptorLimit(needed); limit < needed)
        qCWarning(lcGateway, "websocket.error event=descriptors limit=%zu needed=%zu", limit, needed);

    auto serving = std::make_unique<Serving>();
    const HelloFacts facts{serverName, m_config.clients.pingInterval.count(), m_config.clients.maxMessageSize,
                           m_config.clients.queueMessages};
    auto reactor = Reactor::start(
        shardCount(m_config), shardLimits(m_config), m_clock, [facts] { return std::make_unique<CanonicalProtocol>(facts); },
        [this] { clientsChanged(); });
    if (!reactor)
        return tl::unexpected(reactor.error());
    serving->reactor = std::move(*reactor);
    serving->publisher = std::make_unique<Publisher>(m_bus, m_store, *serving->reactor, m_clock);
    serving->frontDoor = std::make_unique<FrontDoor>(m_config, m_clock, *serving->reactor);
    addRoutes(*serving);

    serving->frontDoor->moveToThread(&serving->thread);
    serving->thread.setObjectName(u"tw-front-door"_s);
    serving->thread.start();
    Result<void> listening;
    QMetaObject::invokeMethod(
        serving->frontDoor.get(), [&] { listening = serving->frontDoor->listen(); }, Qt::BlockingQueuedConnection);
    if (!listening)
        return tl::unexpected(listening.error());
    return serving;
}

void Gateway::addRoutes(Serving &serving)
{
    FrontDoor &door = *serving.frontDoor;
    const auto status = [&door, &counters = serving.reactor->counters()] {
        return GatewayStatus{true, true, door.url(), counters.clients.load(), {}};
    };
    // The publisher is our foot on the backend thread: what waits for it there is forgotten when it goes.
    const auto askForTxids = [&door, &store = m_store, backend = serving.publisher.get()](RestApi::TxidsReply reply) {
        QMetaObject::invokeMethod(
            backend,
            [&door, &store, reply = std::move(reply)] {
                auto txids = std::make_shared<const MempoolTxids>(store.mempoolTxids());
                QMetaObject::invokeMethod(
                    &door, [reply, txids] { reply(*txids); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
    serving.rest = std::make_unique<RestApi>(RestApi::Needs{m_store, serverName, status, askForTxids});
    serving.rest->addRoutes(door.router());
    serving.site = std::make_unique<Site>(m_store, m_clock, m_config.path, TIPWATCH_VERSION);
    serving.site->addRoutes(door.router());
}

void Gateway::stop()
{
    if (m_serving) {
        m_serving.reset();
        qCInfo(lcGateway, "websocket.enabled on=false");
    }
    m_enabled = false;
    m_error.clear();
    refreshStatus();
}

/// Any thread.
void Gateway::clientsChanged()
{
    if (m_statusIsDue.exchange(true))
        return;
    QMetaObject::invokeMethod(&m_statusTimer, qOverload<>(&QTimer::start), Qt::QueuedConnection);
}

void Gateway::refreshStatus()
{
    m_statusIsDue = false;
    const GatewayStatus now = status();
    if (now != std::exchange(m_told, now))
        Q_EMIT statusChanged(now);
}

GatewayStatus Gateway::status() const
{
    GatewayStatus status{m_enabled, m_serving != nullptr, {}, 0, m_error};
    if (m_serving) {
        status.url = m_serving->frontDoor->url();
        status.clients = m_serving->reactor->counters().clients.load();
    }
    return status;
}

} // namespace tipwatch
