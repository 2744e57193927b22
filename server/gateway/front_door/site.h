// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/pages/page_renderer.h"
#include "server/gateway/pages/static_assets.h"
#include "shared/domain/clock.h"

#include <cstdint>
#include <functional>
#include <string>

namespace tipwatch {

class ChainStore;
class Router;

/// The pages for people and their assets. Lives on the front door's thread.
class Site {
public:
    /// References must outlive the site. @p socketPath is where the page connects to, on the port that @p socketPort tells when it is asked;
    /// 0 is the page's own.
    Site(const ChainStore &store, const Clock &clock, std::string socketPath, std::string version,
         std::function<std::uint16_t()> socketPort);

    void addRoutes(Router &router);

private:
    HttpResponse home(const HttpRequest &request) const;
    HttpResponse asset(const HttpRequest &request) const;

    const ChainStore &m_store;
    const Clock &m_clock;
    const std::string m_socketPath;
    const std::string m_version;
    const std::function<std::uint16_t()> m_socketPort;
    const StaticAssets m_assets;
    const PageRenderer m_renderer;
};

} // namespace tipwatch
