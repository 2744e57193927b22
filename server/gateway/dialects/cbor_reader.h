// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/message_value.h"

namespace tipwatch {

/// Reads a client's CBOR (RFC 8949) within MessageCaps: one map with text keys, of what JSON has too. Lengths may be definite or not.
tl::expected<MessageValue, RequestError> readCbor(std::string_view cbor);

} // namespace tipwatch
