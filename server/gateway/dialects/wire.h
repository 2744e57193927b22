// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace tipwatch {

/// The ways in which the stream is put into words: requirements.md, "Client dialects".
enum class Wire : std::uint8_t {
    Json,       ///< canonical, tipwatch.v1.json; what S0's listeners read too
    Cbor,       ///< canonical, tipwatch.v1.cbor
    Indexer,    ///< S1, /v1/stream
    States,     ///< S2, on /ws
    Signals,    ///< S3, on /ws
    Nodes,      ///< S4, /api/ws
    EventStream ///< canonical JSON as blocks of text/event-stream
};
inline constexpr std::size_t wireCount = 7;

} // namespace tipwatch
