// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/claims.h"
#include "server/gateway/front_door/address_book.h"
#include "server/gateway/session/stream_query.h"

#include <memory>
#include <optional>
#include <string>

namespace tipwatch {

/// A client as the front door hands it to the reactor.
struct Newcomer {
    int fd =
        -1; ///< a WebSocket whose handshake is done, or an answer whose head is sent, or (TLS) what stands for it; whoever has the newcomer owns it
    ClientTicket ticket{};                      ///< to be kept as long as the client is there
    std::string path{};                         ///< as asked for, without query: says which dialect is spoken
    std::string subprotocol{};                  ///< that was agreed on; empty: none
    std::optional<Claims> claims{};             ///< of the token it came with; nothing: it had none
    std::shared_ptr<const StreamQuery> query{}; ///< of the request that is answered; null: it is a WebSocket
    int deflateBits = 0;                        ///< window of permessage-deflate (RFC 7692) for what it is sent; 0: not agreed on
};

} // namespace tipwatch
