// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/client_request.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tipwatch {

/// What somebody wants of the stream who asks over HTTP, without a WebSocket.
struct StreamQuery {
    enum class Form : std::uint8_t {
        EventStream, ///< all that comes, as text/event-stream
        LongPoll     ///< the next that comes, as one JSON text
    };
    static constexpr std::int64_t usualPatienceMs = 25'000;
    static constexpr std::int64_t maxPatienceMs = 60'000;

    Form form = Form::EventStream;
    ChannelSet channels;
    StreamFilter filter;
    std::optional<Position> since;             ///< what came after it is wanted too
    std::int64_t patienceMs = usualPatienceMs; ///< LongPoll: how long it waits for something to be told

    /// Reads the part behind '?' of a request: channels, since, the filters of txs, timeout (LongPoll). Anything else is refused, but for a token,
    /// which others read. @p lastEventId, if it is not empty, goes before since; one that is none of ours is of another run. @p allowed: by
    /// the token; nothing: everything. @p network: what an address is depends on it.
    static tl::expected<StreamQuery, RequestError> read(Form form, std::string_view query, std::string_view lastEventId,
                                                        const std::optional<ChannelSet> &allowed, std::string_view network);
};

} // namespace tipwatch
