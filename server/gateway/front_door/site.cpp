// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/site.h"

#include "server/gateway/front_door/router.h"
#include "shared/state/chain_store.h"

namespace tipwatch {

Site::Site(const ChainStore &store, const Clock &clock, std::string socketPath, std::string version)
    : m_store(store), m_clock(clock), m_socketPath(std::move(socketPath)), m_version(std::move(version)), m_renderer(m_assets)
{
}

void Site::addRoutes(Router &router)
{
    router.add("/", [this](const HttpRequest &) { return home(); });
    // The assets know themselves where they are.
    router.add(
        "/{path*}", [this](const HttpRequest &request) { return asset(request); }, Router::Access::Open);
}

HttpResponse Site::home() const
{
    HttpResponse response;
    response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                        {"Cache-Control", "no-store"},
                        {"Content-Security-Policy", PageRenderer::contentSecurityPolicy}};
    response.setBody(m_renderer.home(*m_store.snapshot(), {true, m_socketPath, m_version, m_clock.unixMs()}));
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
    // Etags are short and quoted, so being contained is being listed (RFC 9110, 13.1.2).
    if (request.ifNoneMatch == "*" || request.ifNoneMatch.find(asset->etag) != std::string::npos)
        response.status = 304;
    else
        response.setStaticBody(asset->body);
    return response;
}

} // namespace tipwatch
