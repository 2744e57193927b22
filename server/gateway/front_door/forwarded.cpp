// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/forwarded.h"

#include <algorithm>

namespace tipwatch {

namespace {

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

} // namespace

ProxyTrust::ProxyTrust(const std::vector<std::string> &proxies)
{
    for (const std::string &proxy : proxies) {
        if (const auto range = AddressRange::fromText(proxy))
            m_proxies.push_back(*range);
    }
}

bool ProxyTrust::trusts(const ClientAddress &peer) const
{
    return std::any_of(m_proxies.begin(), m_proxies.end(), [&](const AddressRange &range) { return range.contains(peer); });
}

ClientAddress ProxyTrust::clientOf(const ClientAddress &peer, std::string_view forwardedFor) const
{
    ClientAddress client = peer;
    while (!forwardedFor.empty() && trusts(client)) {
        const std::size_t comma = forwardedFor.rfind(',');
        const std::string_view last = trimmed(comma == std::string_view::npos ? forwardedFor : forwardedFor.substr(comma + 1));
        const auto hop = ClientAddress::fromText(last);
        if (!hop)
            break;
        client = *hop;
        forwardedFor = comma == std::string_view::npos ? std::string_view() : forwardedFor.substr(0, comma);
    }
    return client;
}

} // namespace tipwatch
