// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace tipwatch {

/// Why a request is refused before anything is done for it.
struct HttpRefusal {
    int status = 400;
    std::string_view code; ///< as in the error's JSON
    std::string_view message;
};

enum class HttpMethod { Get, Head, Options, Other };

/// The head of a request, parsed and free of everything that two parsers could read in two ways: exactly one Host, no body, an
/// origin-form target (or an absolute one that says the same as Host). Only what the gateway looks at is kept.
struct RequestHead {
    HttpMethod method = HttpMethod::Other;
    std::string target; ///< path and query, as they came
    std::string path;   ///< decoded
    std::string query;  ///< raw, without '?'
    std::string host;   ///< with port, as given
    std::string origin; ///< empty: none
    std::string ifNoneMatch;
    std::string acceptEncoding; ///< all its lines, joined by commas
    std::string authorization;
    std::string lastEventId;
    std::string forwardedFor;    ///< all lines of X-Forwarded-For, joined by commas
    std::string requestedMethod; ///< of a preflight: what the page wants to send
    std::string webSocketVersion;
    std::string webSocketKey;
    std::string webSocketExtensions; ///< all lines of Sec-WebSocket-Extensions, joined by commas
    bool wantsWebSocket = false;     ///< "Upgrade: websocket" and "Connection: upgrade"
    bool keepAlive = false;

    /// 16 bytes in base64 (RFC 6455, 4.1).
    bool hasValidWebSocketKey() const;

    /// Bytes of the head at the front of @p bytes, its empty line included; 0 while it is incomplete.
    static std::size_t sizeIn(std::string_view bytes);

    /// @p head: one whole head, as sizeIn() measured it, of @p maxSize bytes at most.
    static tl::expected<RequestHead, HttpRefusal> parse(std::string_view head, std::size_t maxSize);
};

} // namespace tipwatch
