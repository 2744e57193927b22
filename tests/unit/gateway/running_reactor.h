// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/reactor.h"
#include "tests/unit/gateway/plain_stream.h"
#include "tests/unit/gateway/raw_client.h"

#include <memory>
#include <string>
#include <vector>

namespace tipwatch::test {

/// Greets with the position, answers with what it hears; "only <channel>" subscribes, "nothing" unsubscribes.
class EchoProtocol final : public Protocol {
public:
    const Dialect *dialect(Wire) const override { return &m_dialect; }
    void opened(Session &session, const Newcomer &, const StreamState &stream, Outbox &out) override
    {
        session.speak(Wire::Json, m_dialect.defaultChannels());
        out.push_back({Frame::text("at " + std::to_string(stream.position().seq))});
    }
    void textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) override
    {
        if (message.starts_with("only "))
            session.subscribe({*channelFromName(message.substr(5))});
        if (message == "nothing")
            session.unsubscribe(session.channels());
        if (message == "where")
            out.push_back({Frame::text("at " + std::to_string(stream.position().seq))});
        else if (message.starts_with("since "))
            session.replay = std::make_unique<Replay>(Replay{std::stoull(std::string(message.substr(6))), session.channels()});
        else
            out.push_back({Frame::text(message)});
    }
    void rateLimited(const Session &, Outbox &out) override { out.push_back({Frame::text("too many")}); }
    void dropped(const Session &, std::uint64_t count, const StreamState &, Outbox &out) override
    {
        out.push_back({Frame::text("dropped " + std::to_string(count))});
    }
    void binaryReceived(Session &, std::string_view message, const StreamState &, Outbox &out) override
    {
        out.push_back({Frame::make(Opcode::Binary, message)});
    }

private:
    const PlainDialect m_dialect;
};

struct Running {
    SystemClock clock;
    std::unique_ptr<Reactor> reactor;
    std::uint64_t seq = 0;

    explicit Running(ShardLimits limits = {}, std::size_t shards = 1)
        : reactor(*Reactor::start(
              shards, limits, clock, [] { return std::make_unique<EchoProtocol>(); }, [] {}))
    {
        auto picture = std::make_shared<ChainSnapshot>();
        picture->position = {1, 0};
        reactor->publish({nullptr, picture});
    }

    RawClient connect(int receiveBuffer = 0)
    {
        auto [client, server] = RawClient::pair(receiveBuffer);
        reactor->adopt({.fd = server});
        return std::move(client);
    }

    void tell(Channel channel, const std::string &message) { tell(std::vector{plainEvent(++seq, channel, message)}); }
    void tell(std::vector<ChainEventPtr> events)
    {
        auto picture = std::make_shared<ChainSnapshot>();
        picture->position = events.back()->position;
        reactor->publish({std::make_shared<const StreamEvent>(std::move(events)), picture});
    }
};

} // namespace tipwatch::test
