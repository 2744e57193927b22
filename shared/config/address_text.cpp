// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/address_text.h"

#include "shared/config/value_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

namespace tipwatch {

namespace {

bool isAlphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isPort(std::string_view text)
{
    const auto port = parseNatural(text);
    return port && *port >= 1 && *port <= 65'535;
}

/// "host", "host:port", "[::1]" or "[::1]:port".
bool isAuthority(std::string_view text, bool portRequired)
{
    std::string_view host = text, rest;
    if (text.starts_with('[')) {
        const auto bracket = text.find(']');
        if (bracket == std::string_view::npos)
            return false;
        host = text.substr(1, bracket - 1);
        rest = text.substr(bracket + 1);
        if (!isIpAddress(host))
            return false;
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        host = text.substr(0, colon);
        rest = text.substr(colon);
        if (!isHostName(host))
            return false;
    }
    if (rest.empty())
        return !portRequired;
    return rest.starts_with(':') && isPort(rest.substr(1));
}

bool takePrefix(std::string_view &text, std::string_view prefix)
{
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

bool isNodeAddress(std::string_view text)
{
    if (!takePrefix(text, "http://"))
        return false;
    if (text.ends_with('/'))
        text.remove_suffix(1);
    return isAuthority(text, false);
}

bool isTargetUrl(std::string_view text)
{
    if (text.empty())
        return true;
    if (!takePrefix(text, "https://") && !takePrefix(text, "http://"))
        return false;
    const auto end = std::min(text.find_first_of("/?#"), text.size());
    return isAuthority(text.substr(0, end), false) &&
           std::ranges::all_of(text.substr(end), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

bool isZmqSubscription(std::string_view text)
{
    constexpr std::array<std::string_view, 5> topics{"sequence", "rawblock", "hashblock", "rawtx", "hashtx"};
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || std::ranges::find(topics, text.substr(0, equals)) == topics.end())
        return false;
    text.remove_prefix(equals + 1);
    if (takePrefix(text, "ipc://"))
        return !text.empty();
    return takePrefix(text, "tcp://") && isAuthority(text, true);
}

bool isIpAddress(std::string_view text)
{
    const std::string address(text);
    std::array<unsigned char, sizeof(in6_addr)> binary;
    return inet_pton(AF_INET, address.c_str(), binary.data()) == 1 || inet_pton(AF_INET6, address.c_str(), binary.data()) == 1;
}

bool isAddressRange(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    if (!isIpAddress(address))
        return false;
    if (slash == std::string_view::npos)
        return true;
    const std::string_view length = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    return error == std::errc() && end == length.data() + length.size() && bits >= 0 &&
           bits <= (address.find(':') == std::string_view::npos ? 32 : 128);
}

bool isOrigin(std::string_view text)
{
    if (text == "*")
        return true;
    return (takePrefix(text, "https://") || takePrefix(text, "http://")) && isAuthority(text, false);
}

bool isHostName(std::string_view text)
{
    if (isIpAddress(text))
        return true;
    return !text.empty() && text.size() <= 253 && isAlphanumeric(text.front()) && !text.ends_with('-') &&
           text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

bool isSocketPath(std::string_view text)
{
    if (text.size() < 2 || text.size() > 128 || !text.starts_with('/') || text.ends_with('/') ||
        text.find("//") != std::string_view::npos)
        return false;
    const std::string_view first = text.substr(1, std::min(text.find('/', 1), text.size()) - 1);
    constexpr std::array<std::string_view, 6> taken{"api", "healthz", "readyz", "metrics", "static", "mempool"};
    return std::ranges::find(taken, first) == taken.end() &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '/' || c == '-' || c == '_' || c == '.'; });
}

bool isReadableFile(std::string_view path)
{
    std::error_code error;
    return path.empty() || (!std::filesystem::is_directory(path, error) && std::ifstream(std::string(path)).is_open());
}

} // namespace tipwatch
