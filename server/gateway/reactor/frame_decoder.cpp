// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/frame_decoder.h"

#include <algorithm>
#include <cstring>

namespace tipwatch {

namespace {

constexpr std::size_t startSize = 2; ///< flags, opcode, mask bit and short length
constexpr std::size_t maskSize = 4;
constexpr std::size_t maxControlPayload = 125;
constexpr unsigned rsv1 = 0x40; ///< of a message's first frame: it is compressed (RFC 7692, 6)

std::size_t extendedLengthSize(std::uint8_t shortLength)
{
    return shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
}

void unmask(std::span<char> bytes, const std::uint8_t *mask, unsigned phase)
{
    std::array<char, 8> key;
    for (unsigned i = 0; i < 8; ++i)
        key[i] = static_cast<char>(mask[(phase + i) & 3]);
    std::uint64_t wideKey;
    std::memcpy(&wideKey, key.data(), 8);

    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t eight;
        std::memcpy(&eight, bytes.data() + i, 8);
        eight ^= wideKey;
        std::memcpy(bytes.data() + i, &eight, 8);
    }
    for (; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(bytes[i] ^ key[i & 7]);
}

} // namespace

FrameDecoder::Event FrameDecoder::next(std::span<char> &input)
{
    if (m_delivered) {
        (isControl(opcode()) ? m_control : m_message) = std::string();
        m_delivered = false;
    }
    while (m_state != State::Over) {
        Event event;
        if (m_state == State::Header) {
            if (readHeader(input, event))
                event = beginPayload();
            else if (event.kind == Event::Kind::NeedMore)
                return event;
        }
        if (event.kind != Event::Kind::Failure) {
            if (m_left > 0 && input.empty())
                return {};
            const std::string_view piece = takePayload(input);
            event = isControl(opcode()) ? controlFrame(piece) : dataFrame(piece);
        }
        if (event.kind == Event::Kind::Failure || event.kind == Event::Kind::Close) {
            m_state = State::Over;
            m_message = std::string();
            m_inflater.reset();
        }
        if (event.kind != Event::Kind::NeedMore)
            return event;
    }
    return {};
}

/// @return true once the header is complete; else @p failure says whether it can still become a good one.
bool FrameDecoder::readHeader(std::span<char> &input, Event &failure)
{
    if (!takeHeaderBytes(input, startSize))
        return false;
    if (const std::string_view why = checkStart(); !why.empty()) {
        failure = fail(CloseCode::ProtocolError, why);
        return false;
    }
    const std::size_t lengthEnd = startSize + extendedLengthSize(m_header[1] & 0x7f);
    if (!takeHeaderBytes(input, lengthEnd))
        return false;
    if (const std::string_view why = checkLength(); !why.empty()) {
        failure = fail(CloseCode::ProtocolError, why);
        return false;
    }
    return takeHeaderBytes(input, lengthEnd + maskSize);
}

bool FrameDecoder::takeHeaderBytes(std::span<char> &input, std::size_t upTo)
{
    if (m_headerSize >= upTo)
        return true;
    const std::size_t count = std::min(upTo - m_headerSize, input.size());
    if (count > 0)
        std::memcpy(m_header.data() + m_headerSize, input.data(), count);
    m_headerSize = static_cast<std::uint8_t>(m_headerSize + count);
    input = input.subspan(count);
    return m_headerSize == upTo;
}

/// What is wrong with the first two bytes (RFC 6455, 5.2, 5.4 and 5.5); empty if nothing.
std::string_view FrameDecoder::checkStart() const
{
    const unsigned reserved = m_header[0] & 0x70u;
    const bool isDeflated = reserved == rsv1 && m_inflates && (opcode() == Opcode::Text || opcode() == Opcode::Binary);
    if (reserved != 0 && !isDeflated)
        return "reserved bit set";
    switch (opcode()) {
    case Opcode::Continuation:
        if (m_messageOpcode == Opcode::Continuation)
            return "continuation of nothing";
        break;
    case Opcode::Text:
    case Opcode::Binary:
        if (m_messageOpcode != Opcode::Continuation)
            return "new message inside a fragmented one";
        break;
    case Opcode::Close:
    case Opcode::Ping:
    case Opcode::Pong:
        if (!isFinal())
            return "fragmented control frame";
        if ((m_header[1] & 0x7f) > maxControlPayload)
            return "control frame too long";
        break;
    default:
        return "reserved opcode";
    }
    return (m_header[1] & 0x80) != 0 ? std::string_view() : "frame is not masked";
}

std::string_view FrameDecoder::checkLength() const
{
    const std::uint8_t shortLength = m_header[1] & 0x7f;
    const std::uint64_t length = payloadLength();
    if ((length >> 63) != 0)
        return "length above 2^63";
    if ((shortLength == 126 && length < 126) || (shortLength == 127 && length <= 0xffff))
        return "length not in the shortest form";
    return {};
}

std::uint64_t FrameDecoder::payloadLength() const
{
    const std::uint8_t shortLength = m_header[1] & 0x7f;
    const std::size_t size = extendedLengthSize(shortLength);
    if (size == 0)
        return shortLength;
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < size; ++i)
        length = length << 8 | m_header[startSize + i];
    return length;
}

FrameDecoder::Event FrameDecoder::beginPayload()
{
    m_left = payloadLength();
    m_maskAt = 0;
    m_state = State::Payload;
    if (isControl(opcode()))
        return {};
    if (opcode() != Opcode::Continuation) {
        m_messageOpcode = opcode();
        if ((m_header[0] & rsv1) != 0)
            m_inflater = std::make_unique<MessageInflater>();
    }
    // How much comes of a compressed frame shows while it is inflated.
    if (!m_inflater && m_left > m_maxMessage - m_message.size())
        return fail(CloseCode::TooBig, "message too big");
    return {};
}

/// Takes what is there of the frame's payload and unmasks it in place.
std::string_view FrameDecoder::takePayload(std::span<char> &input)
{
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, input.size()));
    const std::span<char> piece = input.first(count);
    unmask(piece, m_header.data() + m_headerSize - maskSize, m_maskAt);
    m_maskAt = static_cast<std::uint8_t>((m_maskAt + count) & 3);
    m_left -= count;
    input = input.subspan(count);
    if (m_left == 0) {
        m_state = State::Header;
        m_headerSize = 0;
    }
    return {piece.data(), piece.size()};
}

FrameDecoder::Event FrameDecoder::controlFrame(std::string_view piece)
{
    if (m_left > 0 || !m_control.empty()) {
        m_control.append(piece);
        if (m_left > 0)
            return {};
        piece = m_control;
        m_delivered = true;
    }
    switch (opcode()) {
    case Opcode::Close:
        return closeFrame(piece);
    case Opcode::Ping:
        return {Event::Kind::Ping, CloseCode::NoStatus, piece};
    default:
        return {Event::Kind::Pong, CloseCode::NoStatus, piece};
    }
}

FrameDecoder::Event FrameDecoder::dataFrame(std::string_view piece)
{
    if (m_inflater)
        return deflatedFrame(piece);
    if (m_messageOpcode == Opcode::Text && !m_utf8.accept(piece))
        return fail(CloseCode::BadUtf8, "text is not UTF-8");
    if (isLastPiece() && m_message.empty())
        return wholeMessage(piece);
    m_message.append(piece);
    return isLastPiece() ? wholeMessage(m_message) : Event();
}

FrameDecoder::Event FrameDecoder::deflatedFrame(std::string_view piece)
{
    const std::size_t before = m_message.size();
    MessageInflater::Outcome outcome = m_inflater->inflate(piece, m_message, m_maxMessage);
    if (outcome == MessageInflater::Outcome::Good && isLastPiece())
        outcome = m_inflater->finish(m_message, m_maxMessage);
    if (m_messageOpcode == Opcode::Text && !m_utf8.accept(std::string_view(m_message).substr(before)))
        return fail(CloseCode::BadUtf8, "text is not UTF-8");
    if (outcome == MessageInflater::Outcome::TooBig)
        return fail(CloseCode::TooBig, "message too big");
    if (outcome == MessageInflater::Outcome::Corrupt)
        return fail(CloseCode::BadUtf8, "message does not inflate");
    if (!isLastPiece())
        return {};
    m_inflater.reset();
    return wholeMessage(m_message);
}

FrameDecoder::Event FrameDecoder::wholeMessage(std::string_view message)
{
    const bool isText = m_messageOpcode == Opcode::Text;
    if (isText && !m_utf8.isComplete())
        return fail(CloseCode::BadUtf8, "text ends inside a character");
    m_utf8.reset();
    m_messageOpcode = Opcode::Continuation;
    m_delivered = true;
    return {isText ? Event::Kind::Text : Event::Kind::Binary, CloseCode::NoStatus, message};
}

FrameDecoder::Event FrameDecoder::closeFrame(std::string_view payload)
{
    if (payload.empty())
        return {Event::Kind::Close, CloseCode::NoStatus, {}};
    if (payload.size() == 1)
        return fail(CloseCode::ProtocolError, "close code cut short");
    const auto code =
        static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]));
    if (!isValidOnTheWire(code))
        return fail(CloseCode::ProtocolError, "close code not allowed");
    const std::string_view reason = payload.substr(2);
    Utf8Validator utf8;
    if (!utf8.accept(reason) || !utf8.isComplete())
        return fail(CloseCode::BadUtf8, "close reason is not UTF-8");
    return {Event::Kind::Close, static_cast<CloseCode>(code), reason};
}

} // namespace tipwatch
