// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_endpoint.h"

#include <charconv>

namespace tipwatch {
namespace {

tl::unexpected<Error> wrong(std::string_view url, std::string_view why)
{
    return failure("\"" + std::string(url) + "\" is no address of a node: " + std::string(why) +
                   "; accepted is http://host:port");
}

} // namespace

std::string RpcEndpoint::url() const
{
    const bool isIpv6 = host.find(':') != std::string::npos;
    return "http://" + (isIpv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Result<RpcEndpoint> parseRpcEndpoint(std::string_view url, std::uint16_t defaultPort)
{
    std::string_view rest = url;
    if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
        if (rest.substr(0, scheme) != "http")
            return wrong(url, "Bitcoin Core speaks plain http");
        rest.remove_prefix(scheme + 3);
    }
    if (!rest.empty() && rest.back() == '/')
        rest.remove_suffix(1);
    if (rest.find('@') != std::string_view::npos) // the address is not repeated: it holds a password
        return failure(
            "the address of a node must not hold a user or a password; use --rpc-user with a password file, or --rpc-cookie");
    if (rest.find_first_of("/?# \t\r\n") != std::string_view::npos)
        return wrong(url, "something follows the port");

    RpcEndpoint endpoint;
    endpoint.port = defaultPort;
    std::string_view port;
    if (!rest.empty() && rest.front() == '[') {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos)
            return wrong(url, "no ] after the IPv6 address");
        endpoint.host = rest.substr(1, end - 1);
        port = rest.substr(end + 1);
    } else {
        const std::size_t colon = rest.find(':');
        if (colon != rest.rfind(':'))
            return wrong(url, "an IPv6 address belongs in [ ]");
        endpoint.host = rest.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
    }
    if (endpoint.host.empty())
        return wrong(url, "the host is missing");
    if (port.empty())
        return endpoint;
    if (port.front() != ':')
        return wrong(url, "something follows the host");
    port.remove_prefix(1);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535)
        return wrong(url, "the port is a number from 1 to 65535");
    endpoint.port = static_cast<std::uint16_t>(number);
    return endpoint;
}

} // namespace tipwatch
