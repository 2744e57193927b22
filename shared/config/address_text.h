// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

// What counts as an address, a name or a path in a setting.
namespace tipwatch {

/// "http://host" or "http://host:port", with at most a "/" behind it; no user, no password.
bool isNodeAddress(std::string_view text);
/// Empty, or where to post to: http or https, a host, no user and no password, nothing that would break a line.
bool isTargetUrl(std::string_view text);
/// "topic=tcp://host:port" or "topic=ipc://path".
bool isZmqSubscription(std::string_view text);
/// An IPv4 or IPv6 literal, the latter without brackets.
bool isIpAddress(std::string_view text);
/// An IP literal, or a network: a literal, '/' and the length of its prefix.
bool isAddressRange(std::string_view text);
/// "*", or scheme, host and port of a page.
bool isOrigin(std::string_view text);
/// Letters, digits, hyphens and dots, or an IP literal.
bool isHostName(std::string_view text);
/// A path a WebSocket can have without hiding a page or the API.
bool isSocketPath(std::string_view text);
/// Empty, or a file that can be opened now.
bool isReadableFile(std::string_view path);

} // namespace tipwatch
