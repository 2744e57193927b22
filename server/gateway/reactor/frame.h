// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/close_code.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tipwatch {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

constexpr bool isControl(Opcode opcode)
{
    return (static_cast<unsigned>(opcode) & 8u) != 0;
}

class Frame;
/// Shared by every queue the frame waits in, on any thread.
using FramePtr = std::shared_ptr<const Frame>;

/// One unfragmented server frame as it goes on the wire: encoded once, immutable, the same bytes for everybody.
class Frame {
public:
    /// @p payload of a control frame must have at most 125 bytes; that of a text frame must be UTF-8.
    static FramePtr make(Opcode opcode, std::string_view payload);
    static FramePtr text(std::string_view payload) { return make(Opcode::Text, payload); }
    /// NoStatus gives a frame without payload. @p reason is UTF-8 and at most 123 bytes.
    static FramePtr close(CloseCode code, std::string_view reason);

    std::string_view bytes() const { return m_bytes; }
    std::size_t size() const { return m_bytes.size(); }

    /// Use make().
    explicit Frame(std::string bytes) : m_bytes(std::move(bytes)) {}

private:
    std::string m_bytes;
};

} // namespace tipwatch
