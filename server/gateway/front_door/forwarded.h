// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/client_address.h"

#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Finds out who asks, behind the proxies that are trusted to say so. Thread-safe after construction.
class ProxyTrust {
public:
    /// @p proxies: addresses and networks, as the configuration has checked them; others are left out.
    explicit ProxyTrust(const std::vector<std::string> &proxies);

    /// Whether what @p peer says of others is believed.
    bool trusts(const ClientAddress &peer) const;

    /// @p peer is the other end of the connection, @p forwardedFor all its X-Forwarded-For lines, joined by commas. Each hop has added
    /// on the right whom it saw, so it is read from there up to the first that is no trusted proxy: what stands further left anyone
    /// may have made up. What is no address ends the walk at the hop that said it.
    ClientAddress clientOf(const ClientAddress &peer, std::string_view forwardedFor) const;

private:
    std::vector<AddressRange> m_proxies;
};

} // namespace tipwatch
