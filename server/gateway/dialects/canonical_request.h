// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/message_value.h"

namespace tipwatch {

/// Understands a message of the canonical protocol (protocol.md, "Client → server"). @p encoding is that of the answers.
tl::expected<ClientRequest, RequestError> readCanonical(const MessageValue &message, Encoding encoding, std::string_view network);

} // namespace tipwatch
