// SPDX-License-Identifier: GPL-3.0-or-later
// Tipwatch's side of the fan-out benchmark; commands come on stdin, see fanout_load.cpp.
//     fanout_server hub        the front door and the reactor, broadcasting messages of any size, as the hubs it is compared with
//     fanout_server gateway    the whole gateway on a store: each broadcast is a block, and "timestamp" says when the store heard of it
#include "server/gateway/dialects/dialect.h"
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/gateway.h"
#include "server/gateway/reactor/reactor.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <thread>

using namespace tipwatch;

namespace {

constexpr std::int64_t maxClients = 19'000;

std::int64_t nowNs()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time); // the same in all processes
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

GatewayConfig config()
{
    GatewayConfig config;
    config.httpPort = 0;
    config.clients.maxConnections = maxClients;
    config.clients.connectionsPerMinute = 0;
    config.clients.maxPerAddress = 0;
    return config;
}

/// Everything that happens is one message of this size.
class BenchDialect final : public Dialect {
public:
    explicit BenchDialect(const std::size_t &size) : m_size(size) {}

    ChannelSet defaultChannels() const override { return {Channel::Blocks}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *) const override
    {
        std::string json =
            R"({"type":"block.mined","channel":"blocks","sentNs":)" + std::to_string(event.timestamp) + R"(,"data":")";
        json.resize(std::max(m_size, json.size() + 2) - 2, 'x');
        return {{Channel::Blocks, false, json + "\"}"}};
    }
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override { return {}; }
    std::vector<WireMessage> encode(const ChainSnapshot &, ChannelSet, const StreamFilter *, std::int64_t) const override
    {
        return {};
    }
    tl::expected<ClientRequest, RequestError> parse(std::string_view, bool, std::string_view) override { return ClientRequest(); }
    std::string put(const Answer &) const override { return {}; }

private:
    const std::size_t &m_size; ///< set before the first message
};

class BenchProtocol final : public Protocol {
public:
    explicit BenchProtocol(const std::size_t &size) : m_dialect(size) {}

    const Dialect *dialect(Wire) const override { return &m_dialect; }
    void opened(Session &session, const Newcomer &, const StreamState &, Outbox &) override
    {
        session.speak(Wire::Json, m_dialect.defaultChannels());
    }
    void textReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}
    void binaryReceived(Session &, std::string_view, const StreamState &, Outbox &) override {}

private:
    const BenchDialect m_dialect;
};

using Broadcast = std::function<void(std::size_t size)>;

/// Does what stdin says until it ends. The commands are read on a thread of their own; broadcasts are made on this one.
void serve(std::uint16_t port, const Broadcast &broadcast)
{
    std::printf("port %u\n", static_cast<unsigned>(port));
    std::fflush(stdout);
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    long left = 0;
    std::size_t size = 0;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        broadcast(size);
        if (--left == 0)
            timer.stop();
    });
    std::thread commands([&] {
        long count = 0, intervalMs = 0, bytes = 0;
        while (std::scanf("%ld %ld %ld", &count, &intervalMs, &bytes) == 3) {
            QMetaObject::invokeMethod(&timer, [&, count, intervalMs, bytes] {
                left = count;
                size = static_cast<std::size_t>(bytes);
                timer.start(static_cast<int>(intervalMs));
            });
        }
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit);
    });
    QCoreApplication::exec();
    commands.join();
}

int serveAsHub()
{
    const SystemClock clock;
    std::size_t messageSize = 0;
    const std::size_t shards = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
    auto reactor = *Reactor::start(
        shards, {}, clock, [&] { return std::make_unique<BenchProtocol>(messageSize); }, [] {});
    TlsBridges bridges(10'000);
    FrontDoor door(config(), std::make_shared<const AccessKeys>(), clock, *reactor, bridges,
                   [](std::string_view path) { return path == "/ws"; });
    QThread thread;
    door.moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(
        &door, [&] { return door.listen().has_value(); }, Qt::BlockingQueuedConnection);
    std::uint64_t seq = 0;
    serve(door.port(), [&](std::size_t size) {
        messageSize = size;
        auto event = std::make_shared<const ChainEvent>(ChainEvent{{1, ++seq}, nowNs(), FeesChanged{}});
        reactor->publish({std::make_shared<const StreamEvent>(std::vector<ChainEventPtr>{std::move(event)}), nullptr});
    });
    QMetaObject::invokeMethod(&door, &FrontDoor::close, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    return 0;
}

BlockSummary blockAt(int height)
{
    const auto hashOf = [](int n) {
        BlockHash::Bytes bytes{};
        std::memcpy(bytes.data(), &n, sizeof n);
        return BlockHash(bytes);
    };
    BlockSummary block;
    block.height = Height(height);
    block.hash = hashOf(height);
    block.previousHash = hashOf(height - 1);
    block.time = 1'700'000'000 + 600 * height;
    block.txCount = 1;
    return block;
}

int serveAsGateway()
{
    const SystemClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    store.resetChain({blockAt(1)}, clock.unixMs());
    Gateway gateway(config(), bus, store, clock);
    if (const auto started = gateway.start(); !started) {
        std::fprintf(stderr, "fanout_server: %s\n", started.error().message.c_str());
        return 1;
    }
    const std::string url = gateway.status().url;
    int height = 1;
    serve(static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1))), [&](std::size_t) {
        store.connectBlock({blockAt(++height), {}}, nowNs());
    });
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.*=false"));
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "hub")
        return serveAsHub();
    if (what == "gateway")
        return serveAsGateway();
    std::fprintf(stderr, "fanout_server: accepted: hub, gateway\n");
    return 64;
}
