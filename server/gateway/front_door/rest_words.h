// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/state/position.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What the routes under /api/v1 have in common.
namespace tipwatch {

/// All of @p text as a number.
template <class Number> std::optional<Number> number(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

/// The answer says at which @p position of the stream it is true.
inline HttpResponse at(Position position, HttpResponse response)
{
    response.headers.emplace_back("Tipwatch-Position", position.toText());
    return response;
}

/// Where the page after this one is (RFC 8288).
inline std::pair<std::string, std::string> nextLink(const std::string &target)
{
    return {"Link", "<" + target + ">; rel=\"next\""};
}

} // namespace tipwatch
