// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Why a client's message was refused: protocol.md, "Errors".
struct RequestError {
    std::string_view code; ///< "bad_json", "unknown_op", ...
    std::string message;   ///< one sentence for the developer of the client
    std::string channel;   ///< the one it is about; empty: none
    std::string id;        ///< of the message, as JSON text; empty: it had none, or none could be read
};

/// A client's message in the canonical protocol, checked.
struct Request {
    enum class Op { Subscribe, Unsubscribe, Snapshot, Ping };

    Op op = Op::Ping;
    std::string id; ///< JSON text, to be echoed; empty: none
    ChannelSet channels;
    std::vector<RequestError> refused; ///< channels that cannot be had; the others still apply
    std::string timestamp;             ///< of a ping: JSON text, to be echoed; empty: none
};

/// Reads the JSON of clients. Depth, lengths and counts are capped. One per shard; not thread-safe.
class RequestParser {
public:
    static constexpr std::size_t maxDepth = 16;         ///< of nesting; the protocol needs four
    static constexpr std::size_t maxChannels = 100;     ///< named in one message
    static constexpr std::size_t maxEchoedLength = 128; ///< bytes of an id

    /// @p maxMessage: bytes of the longest message that may come.
    explicit RequestParser(std::size_t maxMessage);
    ~RequestParser();

    tl::expected<Request, RequestError> parse(std::string_view json);

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
};

} // namespace tipwatch
