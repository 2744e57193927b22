// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"

#include <cstdint>
#include <optional>

namespace tipwatch {

/// What a token (JWT) that was found good says of its bearer.
struct Claims {
    std::int64_t expires = 0;           ///< Unix seconds; 0: never
    std::optional<ChannelSet> channels; ///< what may be subscribed to; nothing: everything
};

} // namespace tipwatch
