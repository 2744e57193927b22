// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/protocol.h"
#include "server/gateway/session/request.h"

#include <cstdint>
#include <string>

namespace tipwatch {

/// What the hello tells a client of the server.
struct HelloFacts {
    std::string server; ///< "tipwatch/1.0.0"
    std::int64_t pingIntervalMs = 0;
    std::int64_t maxMessageSize = 0; ///< bytes
    std::int64_t queueMessages = 0;
};

/// The canonical protocol on /ws (version 1, tipwatch.v1.json): hello, the default channels, subscribe, unsubscribe, snapshot, ping.
/// A message that is not understood gets an error and changes nothing.
class CanonicalProtocol final : public Protocol {
public:
    explicit CanonicalProtocol(HelloFacts facts);

    void opened(Session &session, const StreamState &stream, Outbox &out) override;
    void textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) override;
    void binaryReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) override;

private:
    static void sayError(const RequestError &error, Outbox &out);
    static void sayChannels(std::string_view type, const Request &request, ChannelSet channels, const StreamState &stream,
                            Outbox &out);
    static void saySnapshots(ChannelSet channels, const StreamState &stream, Outbox &out);
    static void sayPong(const Request &request, Outbox &out);

    const HelloFacts m_facts;
    RequestParser m_parser;
};

} // namespace tipwatch
