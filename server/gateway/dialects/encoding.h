// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/cbor_writer.h"
#include "shared/protocol/json_writer.h"

#include <string>

namespace tipwatch {

enum class Encoding { Json, Cbor };

/// What @p write(ValueWriter &) writes. @p expected bytes are reserved.
template <class Write> std::string encoded(Encoding encoding, std::size_t expected, Write write)
{
    std::string out;
    out.reserve(expected);
    if (encoding == Encoding::Cbor) {
        CborWriter writer(out);
        write(writer);
    } else {
        JsonWriter writer(out);
        write(writer);
    }
    return out;
}

} // namespace tipwatch
