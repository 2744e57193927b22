// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/newcomer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tipwatch {

/// Value of the first @p name in @p query, decoded.
std::optional<std::string> queryValue(std::string_view query, std::string_view name);

/// A request whose head has been read and found good (RequestHead), on its way to a handler.
struct HttpRequest {
    std::string path;                    ///< decoded, without query
    std::string query;                   ///< as it came, without '?'
    std::string host;                    ///< with port, as the client names us
    std::string lastEventId;             ///< of an event stream that is resumed
    ClientAddress client;                ///< who asks, behind whatever proxies are trusted
    std::optional<Claims> claims;        ///< of the token that came with it
    std::vector<std::string> parameters; ///< what stands for the {…} of the route, in order

    std::optional<std::string> queryValue(std::string_view name) const { return tipwatch::queryValue(query, name); }
};

struct HttpResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers; ///< besides those that every response has
    /// If set the response has no end: behind its head and body the connection goes to whoever this gives it to, on the front door's
    /// thread. For routes of clients (Router::Access) only.
    std::function<void(Newcomer)> handOver;

    /// The value of the first field @p name, written as such; empty: none.
    std::string_view header(std::string_view name) const;
    void setHeader(std::string_view name, std::string value);
    /// The answer depends on this field of the request, as caches have to know.
    void addVary(std::string_view field);

    std::string_view body() const { return m_body; }
    /// Keeps @p text.
    void setBody(std::string text)
    {
        auto owned = std::make_shared<const std::string>(std::move(text));
        m_body = *owned;
        m_owner = std::move(owned);
    }
    /// Shares @p text with others who send the same.
    void shareBody(std::shared_ptr<const std::string> text)
    {
        m_body = *text;
        m_owner = std::move(text);
    }
    /// @p text lies in the program's image.
    void setStaticBody(std::string_view text) { m_body = text; }

    static HttpResponse json(std::string body, int status = 200);
    static HttpResponse text(std::string body, int status);
    /// {"error":{"code":…,"message":…}}
    static HttpResponse error(int status, std::string_view code, std::string_view message);

private:
    std::string_view m_body;
    std::shared_ptr<const std::string> m_owner;
};

/// Called once with the response, now or later, on the front door's thread.
using HttpReply = std::function<void(HttpResponse)>;

/// The words that go with @p status in a status line.
std::string_view reasonPhrase(int status);

/// A moment as HTTP writes it, "Fri, 20 Nov 2026 09:44:38 GMT" (RFC 9110, 5.6.7), whatever the locale. @p unixMs is Unix ms.
std::string httpDate(std::int64_t unixMs);

/// @return nothing if an escape is broken or the result contains a NUL.
std::optional<std::string> percentDecoded(std::string_view text);

} // namespace tipwatch
