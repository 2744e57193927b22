// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/site.h"

#include "server/gateway/front_door/access_policy.h"
#include "server/gateway/front_door/router.h"
#include "shared/state/chain_store.h"

namespace tipwatch {

Site::Site(const ChainStore &store, const Clock &clock, std::string socketPath, std::string version,
           std::function<std::uint16_t()> socketPort)
    : m_store(store), m_clock(clock), m_socketPath(std::move(socketPath)), m_version(std::move(version)),
      m_socketPort(std::move(socketPort)), m_renderer(m_assets)
{
}

void Site::addRoutes(Router &router)
{
    router.add("/", [this](const HttpRequest &request) { return home(request); });
    // The assets know themselves where they are.
    router.add(
        "/{path*}", [this](const HttpRequest &request) { return asset(request); }, Router::Access::Open);
}

HttpResponse Site::home(const HttpRequest &request) const
{
    std::string socket = m_socketPath, policy = PageRenderer::contentSecurityPolicy;
    if (const std::uint16_t port = m_socketPort(); port != 0) { // which 'self' does not include
        const std::string place = AccessPolicy::nameOf(request.host) + ":" + std::to_string(port);
        socket = "//" + place + m_socketPath;
        constexpr std::string_view self = "connect-src 'self'";
        policy.insert(policy.find(self) + self.size(), " ws://" + place + " wss://" + place);
    }
    HttpResponse response;
    response.headers = {
        {"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}, {"Content-Security-Policy", policy}};
    response.setBody(m_renderer.home(*m_store.snapshot(), {true, socket, m_version, m_clock.unixMs()}));
    return response;
}

HttpResponse Site::asset(const HttpRequest &request) const
{
    const Asset *asset = m_assets.find(request.path);
    if (!asset)
        return HttpResponse::error(404, "not_found", "there is nothing at this path");
    HttpResponse response;
    response.headers = {{"Content-Type", asset->contentType},
                        {"ETag", asset->etag},
                        {"Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
    response.setStaticBody(asset->body);
    return response;
}

} // namespace tipwatch
