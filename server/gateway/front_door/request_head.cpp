// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/request_head.h"

#include "server/gateway/front_door/http_message.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <optional>

namespace tipwatch {

namespace {

namespace http = boost::beast::http;
using Fields = http::request<http::empty_body>;
using Refused = std::optional<HttpRefusal>;

std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

std::string valueOf(const Fields &fields, http::field name)
{
    return std::string(view(fields[name]));
}

/// A list may come in several lines, which are one (RFC 9110, 5.3).
std::string joined(const Fields &fields, boost::beast::string_view name)
{
    std::string all;
    for (auto [field, end] = fields.equal_range(name); field != end; ++field) {
        if (!all.empty())
            all += ", ";
        all += view(field->value());
    }
    return all;
}

HttpRefusal bad(std::string_view message)
{
    return {400, "bad_request", message};
}

/// RFC 9112, 6: what could hide a second request behind the first. We take no bodies at all.
Refused checkBody(const Fields &fields)
{
    const std::size_t lengths = fields.count(http::field::content_length);
    if (fields.count(http::field::transfer_encoding) > 0)
        return lengths > 0 ? bad("Transfer-Encoding and Content-Length together")
                           : HttpRefusal{413, "body_refused", "requests have no body here"};
    if (lengths > 1)
        return bad("more than one Content-Length");
    if (lengths == 1) {
        const std::string_view length = view(fields[http::field::content_length]);
        if (length.empty() || length.find_first_not_of("0123456789") != std::string_view::npos)
            return bad("Content-Length is not a number");
        if (length.find_first_not_of('0') != std::string_view::npos)
            return HttpRefusal{413, "body_refused", "requests have no body here"};
    }
    return std::nullopt;
}

/// A line that continues the one before was allowed once and is read differently by everybody (RFC 9112, 5.2).
bool hasFoldedLine(std::string_view head)
{
    return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

/// Of ASCII. Not Beast's (1.74), which reads one byte behind the end of both.
bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// Splits the target into path and query. @return what is wrong with it.
Refused takeTarget(std::string_view target, RequestHead &head)
{
    for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
        if (!equalsIgnoringCase(target.substr(0, scheme.size()), scheme))
            continue;
        target.remove_prefix(scheme.size());
        const std::string_view authority = target.substr(0, target.find_first_of("/?"));
        if (!equalsIgnoringCase(authority, head.host))
            return bad("the request is for another host");
        target.remove_prefix(authority.size());
        break;
    }
    if (target.empty() || target.front() != '/')
        return bad("the request target is not a path");
    head.target = target;
    const std::size_t mark = target.find('?');
    std::optional<std::string> path = percentDecoded(target.substr(0, mark));
    if (!path)
        return bad("the path has a broken escape");
    if (std::any_of(path->begin(), path->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return bad("the path has a control character"); // and would forge lines in the log
    head.path = std::move(*path);
    head.query = mark == std::string_view::npos ? std::string() : std::string(target.substr(mark + 1));
    return std::nullopt;
}

HttpMethod methodOf(http::verb verb)
{
    switch (verb) {
    case http::verb::get:
        return HttpMethod::Get;
    case http::verb::head:
        return HttpMethod::Head;
    case http::verb::options:
        return HttpMethod::Options;
    default:
        return HttpMethod::Other;
    }
}

} // namespace

bool RequestHead::hasValidWebSocketKey() const
{
    const auto isBase64 = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    };
    return webSocketKey.size() == 24 && webSocketKey.ends_with("==") &&
           std::all_of(webSocketKey.begin(), webSocketKey.end() - 2, isBase64);
}

std::size_t RequestHead::sizeIn(std::string_view bytes)
{
    const std::size_t end = bytes.find("\r\n\r\n");
    return end == std::string_view::npos ? 0 : end + 4;
}

tl::expected<RequestHead, HttpRefusal> RequestHead::parse(std::string_view bytes, std::size_t maxSize)
{
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(maxSize));
    parser.skip(true);
    boost::system::error_code error;
    parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::header_limit)
        return tl::unexpected(HttpRefusal{431, "head_too_large", "the request head is too long"});
    if (error == http::error::bad_version)
        return tl::unexpected(HttpRefusal{505, "bad_version", "HTTP/1.1 is spoken here"});
    if (error || !parser.is_header_done() || hasFoldedLine(bytes))
        return tl::unexpected(bad("the request head is malformed"));
    const Fields &fields = parser.get();
    if (fields.count(http::field::host) != 1 || fields[http::field::host].empty())
        return tl::unexpected(bad("exactly one Host is needed"));
    if (const Refused refused = checkBody(fields))
        return tl::unexpected(*refused);

    RequestHead head;
    head.method = methodOf(fields.method());
    head.host = valueOf(fields, http::field::host);
    if (const Refused refused = takeTarget(view(fields.target()), head))
        return tl::unexpected(*refused);
    for (const char *single : {"Origin", "Authorization", "Last-Event-ID", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
        if (fields.count(single) > 1)
            return tl::unexpected(bad("a header that may stand once stands twice"));
    }
    head.origin = valueOf(fields, http::field::origin);
    head.ifNoneMatch = joined(fields, "If-None-Match");
    head.acceptEncoding = joined(fields, "Accept-Encoding");
    head.authorization = valueOf(fields, http::field::authorization);
    head.lastEventId = std::string(view(fields["Last-Event-ID"]));
    head.forwardedFor = joined(fields, "X-Forwarded-For");
    head.webSocketExtensions = joined(fields, "Sec-WebSocket-Extensions");
    head.requestedMethod = valueOf(fields, http::field::access_control_request_method);
    head.webSocketVersion = valueOf(fields, http::field::sec_websocket_version);
    head.webSocketKey = valueOf(fields, http::field::sec_websocket_key);
    head.wantsWebSocket = fields.version() >= 11 && http::token_list(fields[http::field::connection]).exists("upgrade") &&
                          http::token_list(fields[http::field::upgrade]).exists("websocket");
    head.keepAlive = fields.keep_alive();
    return head;
}

} // namespace tipwatch
