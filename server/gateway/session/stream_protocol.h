// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/claims.h"
#include "server/gateway/dialects/dialect.h"
#include "server/gateway/dialects/dialect_set.h"
#include "server/gateway/reactor/protocol.h"
#include "shared/domain/clock.h"
#include "shared/state/watch_registry.h"

#include <tl/expected.hpp>

#include <array>
#include <functional>
#include <string>
#include <unordered_map>

namespace tipwatch {

/// Applies what clients ask for to their sessions and answers in their dialect: hello, the default channels, subscribe with resume and
/// repeated blocks, unsubscribe, snapshot, ping, auth, filters. A message that is not understood gets an error and changes nothing.
/// One per shard, on its thread.
class StreamProtocol final : public Protocol {
public:
    /// What a token says, or why it is worth nothing. Thread-safe.
    using TokenCheck = std::function<tl::expected<Claims, RequestError>(std::string_view token)>;

    struct Needs {
        Hello hello; ///< but for what changes
        const Clock &clock;
        TokenCheck checkToken{};        ///< null: no tokens are known here
        bool tokensAreRequired = false; ///< who comes without may say "auth" and nothing else
        WatchRegistry *watches =
            nullptr; ///< where it is said what clients track; null: nobody looks after that. Outlives all protocols.
    };

    explicit StreamProtocol(Needs needs);

    const Dialect *dialect(Wire wire) const override { return m_dialects.find(wire); }
    void opened(Session &session, const Newcomer &newcomer, const StreamState &stream, Outbox &out) override;
    void textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) override;
    void binaryReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out) override;
    void startOver(const Session &session, const StreamState &stream, Outbox &out) override;
    void rateLimited(const Session &session, Outbox &out) override;
    void dropped(const Session &session, std::uint64_t count, const StreamState &stream, Outbox &out) override;

private:
    struct Snapshots {
        Position position;
        std::vector<StreamMessage> messages;                                 ///< but for the long lists
        std::array<std::vector<StreamMessage>, projectedChannels> projected; ///< as far as somebody has wanted them
    };

    void admit(Session &session, const Claims &claims) const;
    void join(Session &session, const StreamQuery &query, const StreamState &stream, Outbox &out);
    void received(Session &session, std::string_view message, bool isBinary, const StreamState &stream, Outbox &out);
    void apply(Session &session, ClientRequest &request, const StreamState &stream, Outbox &out);
    void subscribe(Session &session, ClientRequest &request, const StreamState &stream, Outbox &out);
    void unsubscribe(Session &session, const ClientRequest &request, const StreamState &stream, Outbox &out);
    void authenticate(Session &session, const ClientRequest &request, const StreamState &stream, Outbox &out);
    void say(const Session &session, const Answer &answer, Outbox &out) const;
    void sayState(const Session &session, ChannelSet channels, bool marked, const StreamState &stream, Outbox &out);
    void sayBlocks(const Session &session, std::size_t count, const StreamState &stream, Outbox &out) const;
    static void addList(const std::vector<StreamMessage> &parts, bool marked, Outbox &out);
    Snapshots &snapshotsOf(Wire wire, const Dialect &dialect, const StreamState &stream);
    const std::vector<StreamMessage> &projectedOf(Wire wire, const Dialect &dialect, std::size_t index,
                                                  const StreamState &stream);
    std::vector<WatchPtr> watchesOf(const StreamFilter &filter) const;
    StreamFilterPtr shared(StreamFilter filter);

    const Needs m_needs;
    DialectSet m_dialects;
    std::array<Snapshots, wireCount> m_snapshots;                                 ///< for those who filter nothing
    std::unordered_map<std::string, std::weak_ptr<const StreamFilter>> m_filters; ///< by key
    std::size_t m_filtersToSweep = 64;                                            ///< when so many are known, those of nobody go
};

} // namespace tipwatch
