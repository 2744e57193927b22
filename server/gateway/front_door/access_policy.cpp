// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/access_policy.h"

#include <arpa/inet.h>

#include <QHostInfo>
#include <QString>

#include <algorithm>
#include <optional>

namespace tipwatch {

namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

struct Authority {
    std::string name; ///< lower case, without a dot at the end; an IPv6 address in its brackets
    std::string port; ///< empty: none
};

/// @return nothing if @p text is no "name[:port]".
std::optional<Authority> split(std::string_view text)
{
    Authority authority;
    const std::size_t nameEnd = text.starts_with('[') ? text.find(']') + 1 : std::min(text.find(':'), text.size());
    if (nameEnd == 0)
        return std::nullopt;
    authority.name = lower(text.substr(0, nameEnd));
    std::string_view rest = text.substr(nameEnd);
    if (!rest.empty()) {
        if (rest.front() != ':')
            return std::nullopt;
        rest.remove_prefix(1);
        if (rest.size() > 5 || rest.find_first_not_of("0123456789") != std::string_view::npos)
            return std::nullopt;
        authority.port = rest;
    }
    if (authority.name.ends_with('.'))
        authority.name.pop_back();
    return authority.name.empty() ? std::nullopt : std::optional(authority);
}

bool isAddress(const std::string &name)
{
    in6_addr buffer{};
    if (name.starts_with('['))
        return name.ends_with(']') && ::inet_pton(AF_INET6, name.substr(1, name.size() - 2).c_str(), &buffer) == 1;
    return ::inet_pton(AF_INET, name.c_str(), &buffer) == 1;
}

} // namespace

AccessPolicy::AccessPolicy(std::vector<std::string> corsOrigins, std::vector<std::string> allowedHosts,
                           std::vector<std::string> ownNames)
{
    for (const std::string &origin : corsOrigins)
        m_origins.push_back(lower(origin));
    m_hosts.emplace_back("localhost");
    for (const auto *names : {&allowedHosts, &ownNames}) {
        for (const std::string &name : *names) {
            if (const auto authority = split(name))
                m_hosts.push_back(authority->name);
        }
    }
}

bool AccessPolicy::allowsHost(std::string_view host) const
{
    const auto authority = split(host);
    return authority &&
           (isAddress(authority->name) || std::find(m_hosts.begin(), m_hosts.end(), authority->name) != m_hosts.end());
}

bool AccessPolicy::allowsOrigin(std::string_view origin, std::string_view host) const
{
    if (origin.empty() || namesOrigin(origin))
        return true;
    const std::string given = lower(origin);
    const std::size_t schemeEnd = given.find("://");
    if (schemeEnd == std::string::npos)
        return false;
    // Behind a proxy that speaks TLS the scheme is not ours, so each side's missing port is that of the origin's scheme.
    const std::string scheme = given.substr(0, schemeEnd);
    const std::string usual = scheme == "https" ? "443" : scheme == "http" ? "80" : "";
    auto theirs = split(std::string_view(given).substr(schemeEnd + 3)), ours = split(host);
    if (usual.empty() || !theirs || !ours)
        return false;
    for (auto *authority : {&*theirs, &*ours}) {
        if (authority->port.empty())
            authority->port = usual;
    }
    return theirs->name == ours->name && theirs->port == ours->port;
}

bool AccessPolicy::namesOrigin(std::string_view origin) const
{
    const std::string given = lower(origin);
    return std::any_of(m_origins.begin(), m_origins.end(), [&](const std::string &o) { return o == "*" || o == given; });
}

std::string AccessPolicy::nameOf(std::string_view host)
{
    const auto authority = split(host);
    return authority ? authority->name : std::string();
}

std::vector<std::string> AccessPolicy::namesOfThisMachine()
{
    std::vector<std::string> names;
    const std::string name = QHostInfo::localHostName().toStdString();
    const std::string domain = QHostInfo::localDomainName().toStdString();
    if (name.empty())
        return names;
    names.push_back(name);
    names.push_back(name + ".local"); // mDNS
    if (!domain.empty())
        names.push_back(name + "." + domain);
    return names;
}

} // namespace tipwatch
