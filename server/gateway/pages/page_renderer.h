// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/pages/static_assets.h"
#include "shared/state/chain_snapshot.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tipwatch {

/// What a page has to know besides the chain.
struct PageContext {
    bool live = false;              ///< the gateway accepts WebSocket connections: the page gets the live script
    std::string socketPath = "/ws"; ///< where, on the same host and port
    std::string version;            ///< of Tipwatch
    std::int64_t nowMs = 0;         ///< Unix ms; ages are told from here
};

/// Makes the HTML pages: complete without JavaScript, every word of the node escaped. Thread-safe after construction.
class PageRenderer {
public:
    /// Pages run no inline script and no inline style and ask nobody else for anything; send this as Content-Security-Policy with them.
    static constexpr const char *contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// @p assets must outlive the renderer.
    explicit PageRenderer(const StaticAssets &assets);
    ~PageRenderer();

    /// The page at "/": text/html, UTF-8. Not to be cached.
    std::string home(const ChainSnapshot &snapshot, const PageContext &context) const;

private:
    struct Template;
    std::string m_assetRoot;
    std::vector<std::string> m_modules;
    std::unique_ptr<Template> m_home;
};

} // namespace tipwatch
