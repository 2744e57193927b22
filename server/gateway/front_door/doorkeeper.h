// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/access_keys.h"
#include "server/gateway/front_door/access_policy.h"
#include "server/gateway/front_door/address_book.h"
#include "server/gateway/front_door/forwarded.h"
#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/rate_limiter.h"
#include "server/gateway/front_door/request_head.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace tipwatch {

/// Who has sent a request.
struct Visitor {
    ClientAddress address;  ///< behind the proxies that are trusted
    std::uint16_t port = 0; ///< 0: unknown, behind a proxy
    bool isSecure = false;  ///< speaks TLS with us
};

/// Says of every request whether it is let in, and if not, with which words it is refused: protocol.md, "Limits and closing".
/// Knows nothing of sockets. Lives on the front door's thread.
class Doorkeeper {
public:
    /// @p clock and @p clients must outlive the doorkeeper.
    /// @p clients are those there are, also those who came through another door.
    Doorkeeper(const GatewayConfig &config, AccessKeysPtr keys, const Clock &clock, AddressBook &clients);

    Visitor visitorOf(const ClientAddress &peer, std::uint16_t peerPort, bool isSecure, const RequestHead &head) const;

    /// What holds for every request: Host, TLS and method. A preflight is answered here too.
    std::optional<HttpResponse> answerAtTheDoor(const RequestHead &head, const Visitor &visitor) const;

    /// Where our own pages come from, if the WebSockets have another port.
    void setPagePort(std::uint16_t port) { m_pagePort = port; }

    /// What a WebSocket's opening request has to be, besides its path.
    std::optional<HttpResponse> refusalOfUpgrade(const RequestHead &head) const;

    /// What the token says that came with @p head, in Authorization or (browsers can set no fields for a WebSocket or an event stream) in
    /// the query. No token and one that nobody could judge here: nothing. @p isRequired: there has to be one. @return 401 if not.
    tl::expected<std::optional<Claims>, HttpResponse> claimsOf(const RequestHead &head, bool isRequired) const;

    /// Whether @p head comes with the admin token.
    std::optional<HttpResponse> refusalOfAdmin(const RequestHead &head) const;

    /// Whether clients need a token.
    bool requiresTokens() const { return m_keys->tokensAreRequired; }

    /// Makes @p visitor one more client, beside @p clients that are there. @p isNew: its connection has not been counted before.
    tl::expected<ClientTicket, HttpResponse> admit(const Visitor &visitor, std::int64_t clients, bool isNew);

    /// What every answer to @p head says besides itself: that pages of the configured origins may read it, that TLS is to be used.
    void addFields(const RequestHead &head, const Visitor &visitor, HttpResponse &response) const;

private:
    HttpResponse preflight(const RequestHead &head) const;
    std::optional<HttpResponse> wayToTls(const RequestHead &head) const;

    const GatewayConfig m_config;
    const AccessKeysPtr m_keys;
    const Clock &m_clock;
    const AccessPolicy m_policy;
    const ProxyTrust m_proxies;
    std::uint16_t m_pagePort = 0; ///< 0: the same as the WebSockets'
    AddressBook &m_clients;
    RateLimiter m_newClients;
};

} // namespace tipwatch
