// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tipwatch {

/// Why a WebSocket ends, as the other side is told (RFC 6455, 7.4; 4000 and up are ours). Numbers are part of the protocol.
enum class CloseCode : std::uint16_t {
    // The client may come back at once.
    Normal = 1000,
    GoingAway = 1001, ///< shutdown, or the gateway was switched off

    // The client did what is not allowed; coming back in the same way does not help.
    ProtocolError = 1002,
    NoStatus = 1005, ///< never on the wire: a close frame without a code
    BadUtf8 = 1007,  ///< or another message that is not what its type says
    Policy = 1008,
    TooBig = 1009,

    TryAgainLater = 1013, ///< full

    RateLimited = 4029, ///< far more messages than it may send

    // The client was too slow or silent; it may come back and resume.
    Idle = 4000, ///< wants nothing and says nothing
    PingTimeout = 4001,
    SlowConsumer = 4008,
};

/// Whether @p code may stand in a close frame (RFC 6455, 7.4.1 and the IANA registry).
constexpr bool isValidOnTheWire(std::uint16_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

} // namespace tipwatch
