// SPDX-License-Identifier: GPL-3.0-or-later
// Sends every message back, through the gateway's own front door, handshake, codec and reactor: for conformance suites.
//     ws_echo [--port N = 9001] [--deflate]
// Listens on 127.0.0.1; messages may have 32 MB. Says its address when it is there, and ends on SIGTERM or SIGINT.
#include "server/gateway/descriptor_limit.h"
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/front_door/tls_bridges.h"
#include "server/gateway/reactor/reactor.h"

#include <signal.h>

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QLoggingCategory>
#include <QThread>

#include <cstdio>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t maxMessage = 32 * 1024 * 1024;
constexpr std::size_t maxClients = 1000;

class EchoProtocol final : public Protocol {
public:
    const Dialect *dialect(Wire) const override { return nullptr; }
    void opened(Session &session, const Newcomer &newcomer, const StreamState &, Outbox &) override
    {
        session.setDeflate(newcomer.deflateBits);
    }
    void textReceived(Session &, std::string_view message, const StreamState &, Outbox &out) override
    {
        out.push_back({Frame::make(Opcode::Text, message)});
    }
    void binaryReceived(Session &, std::string_view message, const StreamState &, Outbox &out) override
    {
        out.push_back({Frame::make(Opcode::Binary, message)});
    }
};

/// No limit but those on size.
GatewayConfig doorConfig(std::uint16_t port, bool deflate)
{
    GatewayConfig config;
    config.httpPort = port;
    config.compression = deflate;
    config.clients.maxConnections = maxClients;
    config.clients.maxPerAddress = 0;
    config.clients.connectionsPerMinute = 0;
    return config;
}

ShardLimits shardLimits()
{
    ShardLimits limits;
    limits.maxMessage = maxMessage;
    // Reading stops at half of this; what one read can bring must still fit.
    limits.queue = {64 * 1024, 4 * maxMessage};
    limits.writeTimeoutMs = 60'000;
    return limits;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Sends every WebSocket message back."_s);
    parser.addHelpOption();
    parser.addOptions({{u"port"_s, u"Port on 127.0.0.1; 0 is any free one."_s, u"N"_s, u"9001"_s},
                       {u"deflate"_s, u"Agree on permessage-deflate with clients that offer it."_s}});
    parser.process(application);
    bool isNumber = false;
    const std::uint16_t port = parser.value(u"port"_s).toUShort(&isNumber);
    if (!isNumber) {
        std::fprintf(stderr, "ws_echo: --port: \"%s\" is no port\n", qUtf8Printable(parser.value(u"port"_s)));
        return 64;
    }
    QLoggingCategory::setFilterRules(u"tipwatch.*.info=false"_s);
    raiseDescriptorLimit(2 * maxClients);

    // Taken by sigwait() below, on no other thread.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    const SystemClock clock;
    auto reactor = Reactor::start(
        1, shardLimits(), clock, [] { return std::make_unique<EchoProtocol>(); }, [] {});
    if (!reactor) {
        std::fprintf(stderr, "ws_echo: %s\n", reactor.error().message.c_str());
        return 1;
    }
    TlsBridges bridges(10'000);
    FrontDoor door(doorConfig(port, parser.isSet(u"deflate"_s)), std::make_shared<const AccessKeys>(), clock, **reactor, bridges,
                   [](std::string_view) { return true; });
    QThread thread;
    door.moveToThread(&thread);
    thread.start();
    Result<void> listening;
    QMetaObject::invokeMethod(
        &door, [&] { listening = door.listen(); }, Qt::BlockingQueuedConnection);
    if (listening) {
        std::printf("ws://127.0.0.1:%u/\n", static_cast<unsigned>(door.port()));
        std::fflush(stdout);
        int signal = 0;
        sigwait(&ends, &signal);
    } else {
        std::fprintf(stderr, "ws_echo: %s\n", listening.error().message.c_str());
    }
    QMetaObject::invokeMethod(&door, &FrontDoor::close, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    return listening ? 0 : 1;
}
