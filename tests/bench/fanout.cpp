// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a broadcast reaches many clients, and what a client costs: the gateway's front door and reactor in this process, all clients in
// another one of the same machine.
//     fanout [clients = 1000] [seconds = 8]
#include "server/gateway/dialects/dialect.h"
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/reactor/reactor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QThread>
#include <QUrl>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

using namespace tipwatch;

namespace {

constexpr int broadcastsPerSecond = 4;
constexpr std::size_t messageSize = 300;
constexpr std::size_t connectsAtOnce = 64;
constexpr std::size_t warmUp = 100; ///< clients

std::int64_t nowNs()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time); // the same in both processes
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

double percentile(std::vector<std::int64_t> &ns, double part)
{
    if (ns.empty())
        return 0;
    const auto at = ns.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(ns.size() - 1));
    std::nth_element(ns.begin(), at, ns.end());
    return static_cast<double>(*at) / 1e6;
}

long rssKb()
{
    std::ifstream statm("/proc/self/statm");
    long size = 0, resident = 0;
    statm >> size >> resident;
    return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The other process: connects, then listens until its sockets are closed.
class Load {
public:
    Load(std::uint16_t port, std::size_t clients) : m_epoll(::epoll_create1(0)), m_port(port), m_clients(clients) {}

    /// The first connections touch code and tables that are there once: they are not counted.
    void connectSome(std::size_t count)
    {
        while (m_open < count) {
            while (m_begun < count)
                connectOne();
            turn(1000);
        }
        m_setUp.clear();
    }

    void connectAll()
    {
        const std::int64_t start = nowNs();
        const std::size_t before = m_open;
        while (m_open < m_clients) {
            while (m_begun < m_clients && m_begun - m_open < connectsAtOnce)
                connectOne();
            turn(1000);
        }
        const double seconds = static_cast<double>(nowNs() - start) / 1e9;
        const std::size_t made = m_open - before;
        std::printf("set-up       %zu clients in %.2f s (%.0f/s), p50 %.1f ms, p99 %.1f ms\n", made, seconds,
                    static_cast<double>(made) / seconds, percentile(m_setUp, 0.5), percentile(m_setUp, 0.99));
        std::fflush(stdout);
    }

    void listen()
    {
        while (m_closed < m_clients)
            turn(5000);
        std::printf("delivery     %zu messages, p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", m_delivery.size(),
                    percentile(m_delivery, 0.5), percentile(m_delivery, 0.99), percentile(m_delivery, 1));
    }

private:
    struct Client {
        int fd = -1;
        std::int64_t begun = 0;
        bool isOpen = false;
    };

    void connectOne()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(m_port);
        Client client{::socket(AF_INET, SOCK_STREAM, 0), nowNs(), false};
        if (client.fd < 0 || ::connect(client.fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
            std::perror("connect");
            std::exit(1);
        }
        static constexpr std::string_view request =
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        [[maybe_unused]] const ssize_t sent = ::send(client.fd, request.data(), request.size(), 0);
        if (static_cast<std::size_t>(client.fd) >= m_byFd.size())
            m_byFd.resize(static_cast<std::size_t>(client.fd) + 1);
        m_byFd[static_cast<std::size_t>(client.fd)] = client;
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.fd = client.fd;
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, client.fd, &interest);
        ++m_begun;
    }

    void turn(int waitMs)
    {
        std::array<epoll_event, 512> events;
        const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), waitMs);
        for (int i = 0; i < count; ++i)
            read(m_byFd[static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.fd)]);
    }

    void read(Client &client)
    {
        std::array<char, 65536> bytes;
        const ssize_t size = ::recv(client.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size <= 0) {
            ::close(client.fd);
            ++m_closed;
            return;
        }
        const std::int64_t now = nowNs();
        const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
        if (!client.isOpen && text.find("101 Switching") != std::string_view::npos) {
            client.isOpen = true;
            ++m_open;
            m_setUp.push_back(now - client.begun);
        }
        static constexpr std::string_view mark = "\"sentNs\":";
        for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1))
            m_delivery.push_back(now - std::strtoll(text.data() + at + mark.size(), nullptr, 10));
    }

    const int m_epoll;
    const std::uint16_t m_port;
    const std::size_t m_clients;
    std::size_t m_begun = 0, m_open = 0, m_closed = 0;
    std::vector<Client> m_byFd;
    std::vector<std::int64_t> m_setUp, m_delivery;
};

/// Everything that happens is a block of 300 bytes.
class BenchDialect final : public Dialect {
public:
    ChannelSet defaultChannels() const override { return {Channel::Blocks}; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *) const override
    {
        std::string json = R"({"type":"block.mined","channel":"blocks","seq":)" + std::to_string(event.position.seq) +
                           R"(,"sentNs":)" + std::to_string(event.timestamp);
        json += R"(,"data":")";
        json.resize(messageSize - 2, 'x');
        return {{Channel::Blocks, false, json + "\"}"}};
    }
    std::vector<WireMessage> encode(const StreamMetrics &, const ChainSnapshot &, std::int64_t) const override { return {}; }
    std::vector<WireMessage> encode(const ChainSnapshot &, ChannelSet, const StreamFilter *, std::int64_t) const override
    {
        return {};
    }
    tl::expected<ClientRequest, RequestError> parse(std::string_view, bool, std::string_view) override { return ClientRequest(); }
    std::string put(const Answer &) const override { return {}; }
};

class BenchProtocol final : public Protocol {
public:
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

StreamStep step(std::uint64_t seq)
{
    auto event = std::make_shared<const ChainEvent>(ChainEvent{{1, seq}, nowNs(), FeesChanged{}});
    return {std::make_shared<const StreamEvent>(std::vector<ChainEventPtr>{std::move(event)}), nullptr};
}

} // namespace

int main(int argc, char **argv)
{
    const std::size_t clients = warmUp + (argc > 1 ? std::stoul(argv[1]) : 1000);
    const int seconds = argc > 2 ? std::stoi(argv[2]) : 8;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);

    std::array<int, 2> toLoad{}, toServer{};
    if (::pipe(toLoad.data()) != 0 || ::pipe(toServer.data()) != 0)
        return 1;
    const pid_t child = ::fork();
    if (child == 0) {
        std::uint16_t port = 0;
        if (::read(toLoad[0], &port, sizeof port) != sizeof port)
            return 1;
        Load load(port, clients);
        char goOn = 0;
        load.connectSome(warmUp);
        if (::write(toServer[1], "w", 1) != 1 || ::read(toLoad[0], &goOn, 1) != 1)
            return 1;
        load.connectAll();
        if (::write(toServer[1], "c", 1) != 1)
            return 1;
        load.listen();
        return 0;
    }

    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.*=false"));
    GatewayConfig config;
    config.httpPort = 0;
    config.clients.maxConnections = static_cast<std::int64_t>(clients) + 10;
    const SystemClock clock;
    const std::size_t shards = std::max(1u, std::thread::hardware_concurrency() / 2);
    auto reactor = *Reactor::start(
        shards, {}, clock, [] { return std::make_unique<BenchProtocol>(); }, [] {});
    QThread thread;
    config.clients.connectionsPerMinute = 0;
    config.clients.maxPerAddress = 0;
    FrontDoor door(config, std::make_shared<AccessKeys>(), clock, *reactor);
    door.moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(
        &door, [&] { return door.listen().has_value(); }, Qt::BlockingQueuedConnection);
    const auto port = static_cast<std::uint16_t>(QUrl(QString::fromStdString(door.url())).port());

    char connected = 0;
    if (::write(toLoad[1], &port, sizeof port) != sizeof port || ::read(toServer[0], &connected, 1) != 1)
        return 1;
    const long before = rssKb();
    if (::write(toLoad[1], "g", 1) != 1 || ::read(toServer[0], &connected, 1) != 1)
        return 1;
    const long growth = rssKb() - before;
    std::printf("memory       %.2f KB of RSS per idle connection (%ld KB for all)\n",
                static_cast<double>(growth) / static_cast<double>(clients - warmUp), growth);
    std::fflush(stdout);

    const double cpuBefore = cpuSeconds();
    const std::uint64_t sentBefore = reactor->counters().messagesSent.load();
    for (int i = 0; i < seconds * broadcastsPerSecond; ++i) {
        reactor->publish(step(static_cast<std::uint64_t>(i) + 1));
        QThread::msleep(1000 / broadcastsPerSecond);
    }
    const auto sent = static_cast<double>(reactor->counters().messagesSent.load() - sentBefore);
    const double cpu = cpuSeconds() - cpuBefore;
    std::printf("server CPU   %.2f s in %d s, %.2f us per delivered message, %zu shards, %u cores\n", cpu, seconds,
                cpu / sent * 1e6, shards, std::thread::hardware_concurrency());
    std::fflush(stdout);

    QMetaObject::invokeMethod(&door, &FrontDoor::close, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    reactor.reset();
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}
