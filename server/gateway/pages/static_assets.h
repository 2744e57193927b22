// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// One file of the browser's side. The body lies in the program's own image: it lives as long as the program does.
struct Asset {
    std::string contentType;
    std::string_view body;
    std::string etag;       ///< quoted, as in the ETag header
    bool immutable = false; ///< its path names its content: may be kept for a year and never asked for again
};

/// Style, scripts, fonts and icons, embedded in the program. Immutable and thread-safe after construction.
/// They live below a folder named after the hash of them all ("/assets/3f9c0a1b2d4e/live/page.js"), so scripts and styles refer to each other
/// by relative path and every version of the program has addresses of its own.
class StaticAssets {
public:
    StaticAssets();

    /// @p path is that of the request, decoded and without query. @return null for what is not there; valid as long as this object.
    const Asset *find(std::string_view path) const;

    /// "/assets/<hash>"; below it the names are those of resources/web.
    const std::string &root() const { return m_root; }

    /// By request path.
    const std::map<std::string, Asset, std::less<>> &all() const { return m_assets; }

    /// Names below the root of all that the live page imports, so that a browser can ask for them at once.
    std::vector<std::string> modules() const;

private:
    std::map<std::string, Asset, std::less<>> m_assets;
    std::string m_root;
};

} // namespace tipwatch
