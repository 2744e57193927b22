// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/close_code.h"
#include "server/gateway/reactor/frame.h"
#include "server/gateway/reactor/message_deflate.h"
#include "server/gateway/reactor/utf8_validator.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tipwatch {

/// The server's ear of RFC 6455 and 7692: turns what a client sent into messages, in pieces of any size, and refuses whatever the RFC does not
/// allow at the first byte that shows it. Not thread-safe. Holds memory only while a message is incomplete.
class FrameDecoder {
public:
    struct Event {
        enum class Kind {
            NeedMore, ///< the input is used up
            Text,     ///< a whole message; payload is UTF-8
            Binary,   ///< a whole message
            Ping,
            Pong,
            Close,  ///< code (NoStatus if there was none) and payload, the reason. The last event: what follows is ignored.
            Failure ///< the connection has to be failed with code; payload says why. The last event.
        };
        Kind kind = Kind::NeedMore;
        CloseCode code = CloseCode::NoStatus;
        std::string_view payload; ///< valid until the next call of next() and as long as the input
    };

    /// @p maxMessage: bytes that a message may have, its fragments together, after inflating. @p inflates: permessage-deflate was agreed
    /// upon, without context takeover by the client.
    explicit FrameDecoder(std::size_t maxMessage, bool inflates = false) : m_maxMessage(maxMessage), m_inflates(inflates) {}

    /// Takes bytes off the front of @p input (and unmasks them there) until something is complete.
    Event next(std::span<char> &input);

    /// Some of a frame is here, and some is still to come.
    bool isInsideFrame() const { return m_state == State::Payload || (m_state == State::Header && m_headerSize > 0); }

private:
    enum class State : std::uint8_t { Header, Payload, Over };

    static Event fail(CloseCode code, std::string_view why) { return {Event::Kind::Failure, code, why}; }
    bool readHeader(std::span<char> &input, Event &failure);
    bool takeHeaderBytes(std::span<char> &input, std::size_t upTo);
    std::string_view checkStart() const;
    std::string_view checkLength() const;
    Event beginPayload();
    std::string_view takePayload(std::span<char> &input);
    Event controlFrame(std::string_view piece);
    Event dataFrame(std::string_view piece);
    Event deflatedFrame(std::string_view piece);
    Event wholeMessage(std::string_view message);
    Event closeFrame(std::string_view payload);

    Opcode opcode() const { return static_cast<Opcode>(m_header[0] & 0x0f); }
    bool isFinal() const { return (m_header[0] & 0x80) != 0; }
    bool isLastPiece() const { return m_left == 0 && isFinal(); }
    std::uint64_t payloadLength() const;

    std::size_t m_maxMessage;
    std::uint64_t m_left = 0;                    ///< payload bytes of the frame still to come
    std::string m_message;                       ///< what came of an incomplete message
    std::string m_control;                       ///< what came of an incomplete control frame
    std::unique_ptr<MessageInflater> m_inflater; ///< only while a compressed message is incomplete
    std::array<std::uint8_t, 14> m_header{};
    std::uint8_t m_headerSize = 0;
    std::uint8_t m_maskAt = 0; ///< which of the four bytes of the mask is next
    State m_state = State::Header;
    Opcode m_messageOpcode = Opcode::Continuation; ///< Continuation: no message is open
    bool m_inflates;
    bool m_delivered = false; ///< the last event's payload lies in m_message or m_control
    Utf8Validator m_utf8;
};

} // namespace tipwatch
