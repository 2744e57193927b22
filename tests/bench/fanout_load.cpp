// SPDX-License-Identifier: GPL-3.0-or-later
// The clients of the fan-out benchmark: starts a server, connects, has it broadcast, and prints figures, one "name value" a line.
//     fanout_load clients=1000 count=32 interval=250 size=300 idle=2 stuck=0 subscribe=JSON mark=sentNs -- server command...
// The server prints "port N", then reads commands: "count intervalMs size", which asks for that many broadcasts of messages that hold
// "sentNs":<CLOCK_MONOTONIC> (or what `mark` says in place of sentNs). It ends when its stdin does. `stuck` clients never read; `subscribe` is what the others say first.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t connectsAtOnce = 64;
constexpr std::size_t warmUp = 100; ///< clients: the first ones touch code and tables that are there once, and are not counted
constexpr std::size_t clientsPerAddress = 10'000;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience = 30 * second; ///< for what is still on its way after the last broadcast

[[noreturn]] void fail(const char *what)
{
    std::perror(what);
    std::exit(1);
}

std::int64_t nowNs()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time); // the same in all processes
    return time.tv_sec * second + time.tv_nsec;
}

double percentileMs(std::vector<std::int64_t> &ns, double part)
{
    if (ns.empty())
        return 0;
    const auto at = ns.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(ns.size() - 1));
    std::nth_element(ns.begin(), at, ns.end());
    return static_cast<double>(*at) / 1e6;
}

/// The program under test, as a child.
class Server {
public:
    explicit Server(char **command)
    {
        std::array<int, 2> in{}, out{};
        if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
            fail("pipe");
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            ::execvp(command[0], command);
            fail(command[0]);
        }
        ::close(in[0]);
        ::close(out[1]);
        m_commands = ::fdopen(in[1], "w");
        std::FILE *said = ::fdopen(out[0], "r");
        int port = 0;
        if (std::fscanf(said, "port %d", &port) != 1)
            fail("the server did not say its port");
        m_port = static_cast<std::uint16_t>(port);
    }
    ~Server()
    {
        std::fclose(m_commands);
        ::waitpid(m_pid, nullptr, 0);
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    std::uint16_t port() const { return m_port; }

    void broadcast(long count, long intervalMs, long size)
    {
        std::fprintf(m_commands, "%ld %ld %ld\n", count, intervalMs, size);
        std::fflush(m_commands);
    }

    double residentKb() const
    {
        std::ifstream statm("/proc/" + std::to_string(m_pid) + "/statm");
        long size = 0, resident = 0;
        statm >> size >> resident;
        return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1024;
    }

    double cpuSeconds() const
    {
        clockid_t clock;
        timespec time{};
        if (::clock_getcpuclockid(m_pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
            fail("CPU time of the server");
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

private:
    pid_t m_pid;
    std::uint16_t m_port = 0;
    std::FILE *m_commands;
};

/// A client's frame with a mask of zeros, which RFC 6455 does not forbid.
std::string frame(unsigned opcode, std::string_view payload)
{
    std::string bytes{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
        bytes.push_back(static_cast<char>(0x80 | 126));
        bytes.push_back(static_cast<char>(payload.size() >> 8));
        bytes.push_back(static_cast<char>(payload.size()));
    }
    return bytes.append(4, '\0').append(payload);
}

/// All connections, on one epoll set.
class Clients {
public:
    Clients(std::uint16_t port, std::string subscribe, const std::string &mark)
        : m_port(port), m_subscribe(std::move(subscribe)), m_mark('"' + mark + "\":")
    {
    }

    std::vector<std::int64_t> setUp, delivery; ///< ns
    std::size_t open = 0, closed = 0;

    void connectUpTo(std::size_t count)
    {
        while (open < count) {
            while (m_begun < count && m_begun - open < connectsAtOnce)
                connectOne();
            turn(1000);
        }
    }

    /// One that says hello and then never reads again.
    void connectStuck()
    {
        const int fd = newSocket();
        const int small = 4096;
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        connectSocket(fd);
    }

    void listen(std::int64_t until)
    {
        while (nowNs() < until)
            turn(static_cast<int>(std::max<std::int64_t>(1, (until - nowNs()) / 1'000'000)));
    }

    void listenFor(std::size_t deliveries, std::int64_t until)
    {
        while (delivery.size() < deliveries && nowNs() < until)
            turn(100);
    }

private:
    struct Client {
        int fd = -1;
        std::int64_t begun = 0;
        bool isOpen = false;
        std::string rest; ///< of a frame that is not whole yet
    };

    int newSocket()
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        // Ports of one address are fewer than the clients of a few runs, with those that the kernel keeps back for a minute.
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(::getpid() % 100) * 4 +
                                     static_cast<std::uint32_t>(m_begun / clientsPerAddress));
        if (fd < 0 || ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0 ||
            ::bind(fd, reinterpret_cast<sockaddr *>(&from), sizeof from) != 0)
            fail("socket");
        return fd;
    }

    void connectSocket(int fd)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(m_port);
        if (::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            fail("connect");
        send(fd, "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    void connectOne()
    {
        Client client{newSocket(), nowNs(), false, {}};
        connectSocket(client.fd);
        if (static_cast<std::size_t>(client.fd) >= m_byFd.size())
            m_byFd.resize(static_cast<std::size_t>(client.fd) + 1);
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.fd = client.fd;
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, client.fd, &interest);
        m_byFd[static_cast<std::size_t>(client.fd)] = std::move(client);
        ++m_begun;
    }

    static void send(int fd, std::string_view bytes)
    {
        if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
            std::perror("send");
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
        const ssize_t size = ::recv(client.fd, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
        if (size <= 0) {
            ::close(client.fd);
            ++closed;
            return;
        }
        const std::int64_t now = nowNs();
        std::string_view bytes(m_buffer.data(), static_cast<std::size_t>(size));
        if (!client.rest.empty()) {
            client.rest.append(bytes);
            bytes = client.rest;
        }
        if (!client.isOpen) {
            const std::size_t end = bytes.find("\r\n\r\n");
            if (end == std::string_view::npos || !bytes.starts_with("HTTP/1.1 101 ")) {
                std::fprintf(stderr, "not upgraded: %.*s\n", static_cast<int>(bytes.size()), bytes.data());
                std::exit(1);
            }
            bytes.remove_prefix(end + 4);
            client.isOpen = true;
            ++open;
            setUp.push_back(now - client.begun);
            if (!m_subscribe.empty())
                send(client.fd, frame(1, m_subscribe));
        }
        readFrames(client, bytes, now);
        std::string rest(bytes);
        client.rest.swap(rest);
    }

    /// Takes the whole frames off the front.
    void readFrames(Client &client, std::string_view &bytes, std::int64_t now)
    {
        while (bytes.size() >= 2) {
            const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
            std::size_t length = byte(1), header = 2;
            if (length == 126 && bytes.size() >= 4) {
                length = byte(2) << 8 | byte(3);
                header = 4;
            } else if (length == 127 && bytes.size() >= 10) {
                length = byte(6) << 24 | byte(7) << 16 | byte(8) << 8 | byte(9);
                header = 10;
            } else if (length >= 126) {
                return;
            }
            if (bytes.size() < header + length)
                return;
            const std::string_view payload = bytes.substr(header, length);
            if ((byte(0) & 0x0f) == 9)
                send(client.fd, frame(10, payload));
            if (const std::size_t at = payload.find(m_mark); at != std::string_view::npos)
                delivery.push_back(now - std::strtoll(payload.data() + at + m_mark.size(), nullptr, 10));
            bytes.remove_prefix(header + length);
        }
    }

    const int m_epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const std::uint16_t m_port;
    const std::string m_subscribe;
    const std::string m_mark;
    std::size_t m_begun = 0;
    std::vector<Client> m_byFd;
    std::array<char, 65536> m_buffer{};
};

} // namespace

int main(int argc, char **argv)
{
    std::map<std::string, std::string> options{{"clients", "1000"}, {"count", "32"}, {"interval", "250"}, {"size", "300"},
                                               {"idle", "2"},       {"stuck", "0"},  {"subscribe", ""},   {"mark", "sentNs"}};
    int at = 1;
    for (; at < argc && std::string_view(argv[at]) != "--"; ++at) {
        const std::string option = argv[at];
        const std::size_t equals = option.find('=');
        if (equals == std::string::npos || !options.contains(option.substr(0, equals))) {
            std::fprintf(stderr, "fanout_load: %s: see the first lines of fanout_load.cpp\n", option.c_str());
            return 64;
        }
        options[option.substr(0, equals)] = option.substr(equals + 1);
    }
    if (at + 1 >= argc) {
        std::fprintf(stderr, "fanout_load: no server command behind --\n");
        return 64;
    }
    const auto number = [&](const char *name) { return std::atol(options[name].c_str()); };
    const auto counted = static_cast<std::size_t>(number("clients"));
    const long count = number("count"), interval = number("interval");

    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files); // the server inherits it

    Server server(argv + at + 1);
    Clients clients(server.port(), options["subscribe"], options["mark"]);
    clients.connectUpTo(warmUp);
    clients.listen(nowNs() + second);
    clients.setUp.clear();

    const double residentBefore = server.residentKb();
    const std::int64_t start = nowNs();
    clients.connectUpTo(warmUp + counted);
    const double seconds = static_cast<double>(nowNs() - start) / 1e9;
    for (long i = 0; i < number("stuck"); ++i)
        clients.connectStuck();
    clients.listen(nowNs() + number("idle") * second);
    const double growth = server.residentKb() - residentBefore;
    std::printf("setup_per_s %.0f\nsetup_p99_ms %.2f\n", static_cast<double>(counted) / seconds,
                percentileMs(clients.setUp, 0.99));
    std::printf("rss_per_client_kb %.2f\n", growth / static_cast<double>(counted));

    clients.delivery.clear();
    const std::size_t expected = (warmUp + counted) * static_cast<std::size_t>(count);
    clients.delivery.reserve(expected);
    const double cpuBefore = server.cpuSeconds();
    server.broadcast(count, interval, number("size"));
    clients.listenFor(expected, nowNs() + count * interval * 1'000'000 + patience);
    const double cpu = server.cpuSeconds() - cpuBefore;
    const auto delivered = static_cast<double>(clients.delivery.size());
    std::printf("delivery_p50_ms %.2f\ndelivery_p99_ms %.2f\n", percentileMs(clients.delivery, 0.5),
                percentileMs(clients.delivery, 0.99));
    std::printf("delivery_worst_ms %.2f\n", percentileMs(clients.delivery, 1));
    std::printf("cpu_us_per_message %.3f\ncpu_s %.2f\n", cpu / delivered * 1e6, cpu);
    std::printf("delivered %.0f\nexpected %zu\nclosed %zu\n", delivered, expected, clients.closed);
    return 0;
}
