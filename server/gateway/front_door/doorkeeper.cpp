// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/doorkeeper.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr int fullRetrySeconds = 10;
constexpr int preflightSeconds = 600; ///< for which a browser need not ask again

HttpResponse refusalUntil(int status, std::string_view code, std::string_view message, std::int64_t seconds)
{
    HttpResponse refusal = HttpResponse::error(status, code, message);
    refusal.headers.emplace_back("Retry-After", std::to_string(seconds));
    return refusal;
}

/// RFC 6750, 2.1.
std::string bearerOf(const RequestHead &head)
{
    constexpr std::string_view scheme = "bearer ";
    const std::string_view field = head.authorization;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (field.size() <= scheme.size() ||
        !std::equal(scheme.begin(), scheme.end(), field.begin(), [&](char a, char b) { return a == lower(b); }))
        return {};
    return std::string(field.substr(scheme.size()));
}

/// RFC 6750, 3. @p problem empty: there was no token.
HttpResponse unauthorized(const std::string &problem)
{
    HttpResponse refusal = HttpResponse::error(401, "unauthorized", problem.empty() ? "a token is needed" : problem);
    refusal.headers.emplace_back("WWW-Authenticate", problem.empty() ? "Bearer" : "Bearer error=\"invalid_token\"");
    return refusal;
}

} // namespace

Doorkeeper::Doorkeeper(const GatewayConfig &config, AccessKeysPtr keys, const Clock &clock, AddressBook &clients)
    : m_config(config), m_keys(std::move(keys)), m_clock(clock),
      m_policy(config.corsOrigins, config.allowedHosts, AccessPolicy::namesOfThisMachine()), m_proxies(config.trustedProxies),
      m_clients(clients), m_newClients(config.clients.connectionsPerMinute)
{
}

Visitor Doorkeeper::visitorOf(const ClientAddress &peer, std::uint16_t peerPort, bool isSecure, const RequestHead &head) const
{
    const ClientAddress client = m_proxies.clientOf(peer, head.forwardedFor);
    return {client, client == peer ? peerPort : std::uint16_t(0), isSecure};
}

std::optional<HttpResponse> Doorkeeper::answerAtTheDoor(const RequestHead &head, const Visitor &visitor) const
{
    if (!m_policy.allowsHost(head.host))
        return HttpResponse::error(403, "host_refused", "this server does not go by that name; add it to the allowed hosts");
    if (m_config.tls.required && !visitor.isSecure) {
        if (auto answer = wayToTls(head))
            return answer;
    }
    if (head.method == HttpMethod::Options && !head.origin.empty() && !head.requestedMethod.empty())
        return preflight(head);
    if (head.method != HttpMethod::Get && head.method != HttpMethod::Head) {
        HttpResponse refusal = HttpResponse::error(405, "method_refused", "everything here is read with GET");
        refusal.headers.emplace_back("Allow", "GET, HEAD");
        return refusal;
    }
    return std::nullopt;
}

/// A person who follows a link is sent on. A program is told instead: it may have sent its token in the clear, and should not do so again
/// unnoticed. Health checks are let through, they say and hear nothing.
std::optional<HttpResponse> Doorkeeper::wayToTls(const RequestHead &head) const
{
    if (head.path == "/healthz")
        return std::nullopt;
    const bool isPage = (head.method == HttpMethod::Get || head.method == HttpMethod::Head) && !head.wantsWebSocket &&
                        !head.path.starts_with("/api/") && !head.path.starts_with("//") && head.path != m_config.path;
    if (!isPage)
        return HttpResponse::error(403, "tls_required", "only https and wss are served here");
    HttpResponse response = HttpResponse::text("Only https is served here.", 301);
    response.headers.emplace_back("Location", "https://" + head.host + head.target);
    return response;
}

/// Fetch standard, 4.8: asked by a browser before a request of another origin that carries more than a form could.
HttpResponse Doorkeeper::preflight(const RequestHead &head) const
{
    if (!m_policy.namesOrigin(head.origin))
        return HttpResponse::error(403, "origin_refused", "pages of this origin may not ask; add it to the allowed origins");
    HttpResponse response;
    response.status = 204;
    response.headers = {{"Access-Control-Allow-Methods", "GET, HEAD"},
                        {"Access-Control-Allow-Headers", "Authorization, Last-Event-ID"},
                        {"Access-Control-Max-Age", std::to_string(preflightSeconds)}};
    return response;
}

std::optional<HttpResponse> Doorkeeper::refusalOfUpgrade(const RequestHead &head) const
{
    if (!head.wantsWebSocket || head.method != HttpMethod::Get)
        return HttpResponse::text("Expected WebSocket", 400);
    if (head.webSocketVersion != "13") {
        HttpResponse refusal = HttpResponse::error(426, "bad_version", "WebSocket version 13 (RFC 6455) is spoken here");
        refusal.headers.insert(refusal.headers.end(),
                               {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}});
        return refusal;
    }
    if (!head.hasValidWebSocketKey())
        return HttpResponse::error(400, "bad_request", "Sec-WebSocket-Key is 16 bytes in base64");
    const bool isOurPage =
        m_pagePort != 0 && m_policy.allowsOrigin(head.origin, AccessPolicy::nameOf(head.host) + ":" + std::to_string(m_pagePort));
    if (!isOurPage && !m_policy.allowsOrigin(head.origin, head.host))
        return HttpResponse::error(403, "origin_refused", "pages of this origin may not connect; add it to the allowed origins");
    return std::nullopt;
}

tl::expected<std::optional<Claims>, HttpResponse> Doorkeeper::claimsOf(const RequestHead &head, bool isRequired) const
{
    std::string token = bearerOf(head);
    if (token.empty())
        token = queryValue(head.query, "token").value_or("");
    if (token.empty() && isRequired)
        return tl::unexpected(unauthorized({}));
    if (token.empty() || !m_keys->tokens)
        return std::nullopt;
    const auto claims = m_keys->tokens->verify(token, m_clock.unixMs() / 1000);
    if (!claims)
        return tl::unexpected(unauthorized(claims.error().message));
    return *claims;
}

std::optional<HttpResponse> Doorkeeper::refusalOfAdmin(const RequestHead &head) const
{
    if (!m_keys->admin)
        return HttpResponse::error(403, "forbidden", "this server has no admin token");
    const std::string token = bearerOf(head);
    if (token.empty())
        return unauthorized({});
    if (!m_keys->admin->allows(token))
        return unauthorized("this is not the admin token");
    return std::nullopt;
}

tl::expected<ClientTicket, HttpResponse> Doorkeeper::admit(const Visitor &visitor, std::int64_t clients, bool isNew)
{
    if (clients >= m_config.clients.maxConnections)
        return tl::unexpected(refusalUntil(503, "full", "no more clients are taken now", fullRetrySeconds));
    // First who is there, so that a full address does not use up its new ones by trying.
    auto ticket = m_clients.acquire(visitor.address, visitor.port, m_config.clients.maxPerAddress);
    if (!ticket)
        return tl::unexpected(
            refusalUntil(429, "too_many_connections", "this address has as many connections as it may", fullRetrySeconds));
    if (const std::int64_t waitMs = isNew ? m_newClients.take(visitor.address, m_clock.steadyMs()) : 0; waitMs > 0)
        return tl::unexpected(refusalUntil(429, "rate_limited", "this address has opened too many connections in the last minute",
                                           (waitMs + 999) / 1000));
    return std::move(*ticket);
}

void Doorkeeper::addFields(const RequestHead &head, const Visitor &visitor, HttpResponse &response) const
{
    if (m_config.tls.required && visitor.isSecure)
        response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    if (m_config.corsOrigins.empty())
        return;
    response.addVary("Origin"); // who does not send one must not leave others an answer without these fields in a cache
    if (head.origin.empty() || !m_policy.namesOrigin(head.origin))
        return;
    response.headers.insert(response.headers.end(),
                            {{"Access-Control-Allow-Origin", head.origin},
                             {"Access-Control-Expose-Headers", "ETag, Link, Retry-After, Tipwatch-Position"}});
}

} // namespace tipwatch
