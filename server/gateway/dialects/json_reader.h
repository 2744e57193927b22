// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/message_value.h"

#include <memory>

namespace tipwatch {

/// Reads clients' JSON (RFC 8259, by simdjson) within MessageCaps. Whoever reads the socket caps its length. Not thread-safe.
class JsonReader {
public:
    JsonReader();
    ~JsonReader();

    tl::expected<MessageValue, RequestError> read(std::string_view json);

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
};

} // namespace tipwatch
