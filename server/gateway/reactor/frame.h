// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/close_code.h"

#include <atomic>
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

/// One unfragmented server frame as it goes on the wire: encoded once, immutable, the same bytes for everybody. Thread-safe.
class Frame {
public:
    /// @p payload of a control frame must have at most 125 bytes; that of a text frame must be UTF-8.
    static FramePtr make(Opcode opcode, std::string_view payload);
    static FramePtr text(std::string_view payload) { return make(Opcode::Text, payload); }
    /// @p bytes as they are, for those who do not speak WebSocket.
    static FramePtr plain(std::string bytes) { return std::make_shared<const Frame>(std::move(bytes)); }
    /// NoStatus gives a frame without payload. @p reason is UTF-8 and at most 123 bytes.
    static FramePtr close(CloseCode code, std::string_view reason);

    /// @p frame for a client with permessage-deflate (RFC 7692) and a window of @p windowBits; 0: without. It is compressed when the first
    /// one asks, once for all whose window makes no difference to it, and kept. Small messages, and what gets no shorter, stay as they are.
    static FramePtr deflated(const FramePtr &frame, int windowBits);

    /// Bytes of payload from which compressing is worth its while: below, the header of the TCP segment is most of what is sent.
    static constexpr std::size_t minDeflated = 128;

    std::string_view bytes() const { return m_bytes; }
    std::size_t size() const { return m_bytes.size(); }
    /// What it carries. Of one that is neither plain nor deflated.
    std::string_view payload() const;

    /// Use make().
    explicit Frame(std::string bytes) : m_bytes(std::move(bytes)) {}
    ~Frame();
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;

private:
    struct Twins;

    Opcode opcode() const { return static_cast<Opcode>(m_bytes[0] & 0x0f); }
    Twins &twins() const;

    const std::string m_bytes;
    mutable std::atomic<Twins *> m_twins{nullptr}; ///< compressed; owned
};

} // namespace tipwatch
