// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/request_head.h"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tipwatch {

/// What client and server agreed upon for permessage-deflate (RFC 7692). Neither side ever keeps its window from one message to the next:
/// so one compressed frame serves all clients, and none of them costs memory while it is silent.
struct DeflateTerms {
    int windowBits = 15;      ///< of what the server sends
    bool namesWindow = false; ///< the client asked for it, so the answer has to say it

    /// The value of the answer's Sec-WebSocket-Extensions.
    std::string answer() const;
};

/// The first offer of permessage-deflate in @p extensions (all Sec-WebSocket-Extensions of a request, joined by commas) that can be
/// accepted; nothing if there is none. An offer with anything unknown, twice or out of range is passed over (RFC 7692, 5.1 and 7.1).
/// A value that is no list of extensions at all is an error (RFC 6455, 9.1).
tl::expected<std::optional<DeflateTerms>, HttpRefusal> chooseDeflate(std::string_view extensions);

} // namespace tipwatch
