// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Who may talk to us from inside a browser. Thread-safe after construction.
class AccessPolicy {
public:
    /// @p ownNames: of this machine, besides "localhost".
    AccessPolicy(std::vector<std::string> corsOrigins, std::vector<std::string> allowedHosts, std::vector<std::string> ownNames);

    /// Whether we are meant by @p host (a Host header: name or address, perhaps with port). A page of an attacker whose name was made to
    /// resolve to us (DNS rebinding) says the attacker's name here. Addresses cannot be rebound, so every IP literal is let in.
    bool allowsHost(std::string_view host) const;

    /// Whether a page of @p origin may open a WebSocket or read answers, having reached us as @p host. No origin: no browser, may.
    bool allowsOrigin(std::string_view origin, std::string_view host) const;

    /// Whether @p origin was named in the configuration, by itself or by "*".
    bool namesOrigin(std::string_view origin) const;

    /// @p host without its port; an IPv6 address stays in its brackets.
    static std::string nameOf(std::string_view host);

    /// The names under which other machines of a LAN may know this one.
    static std::vector<std::string> namesOfThisMachine();

private:
    std::vector<std::string> m_origins; ///< lower case
    std::vector<std::string> m_hosts;   ///< lower case, without port
};

} // namespace tipwatch
