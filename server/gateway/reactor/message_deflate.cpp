// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/message_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <new>

namespace tipwatch {

namespace {

constexpr std::string_view flushTail("\x00\x00\xff\xff", 4); ///< ends every flushed stream, so it is not sent (RFC 7692, 7.2.1)
constexpr std::size_t zlibLookahead = 262;                   ///< bytes at the end of its window where zlib looks for nothing
constexpr int blockBoundary = 128;                           ///< in z_stream::data_type
constexpr std::size_t inflateStep = 16 * 1024;

Bytef *inputOf(std::string_view bytes)
{
    return reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
}

uInt atMost32Bits(std::size_t size)
{
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

} // namespace

int usefulWindowBits(std::size_t size, int windowBits)
{
    return std::clamp(static_cast<int>(std::bit_width(size + zlibLookahead - 1)), minWindowBits, windowBits);
}

std::optional<std::string> deflateMessage(std::string_view payload, int windowBits)
{
    z_stream stream{};
    const int bits = usefulWindowBits(payload.size(), windowBits);
    const int memoryLevel = std::clamp(bits - 6, 1, 9); // tables as large as the window has use for
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, memoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
        return std::nullopt;

    // What does not get shorter is not sent, so there is no use for more room than this.
    std::string out(payload.size() + flushTail.size(), '\0');
    std::size_t taken = 0, made = 0;
    int result = Z_OK;
    do {
        const uInt input = atMost32Bits(payload.size() - taken), room = atMost32Bits(out.size() - made);
        stream.next_in = inputOf(payload.substr(taken));
        stream.avail_in = input;
        stream.next_out = reinterpret_cast<Bytef *>(out.data() + made);
        stream.avail_out = room;
        result = ::deflate(&stream, taken + input == payload.size() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
        taken += input - stream.avail_in;
        made += room - stream.avail_out;
    } while (result == Z_OK && taken < payload.size() && made < out.size());
    ::deflateEnd(&stream);

    out.resize(made);
    if (result != Z_OK || taken < payload.size() || !out.ends_with(flushTail) || made - flushTail.size() >= payload.size())
        return std::nullopt;
    out.resize(made - flushTail.size());
    out.shrink_to_fit();
    return out;
}

MessageInflater::MessageInflater() : m_stream(std::make_unique<z_stream>())
{
    if (::inflateInit2(m_stream.get(), -maxWindowBits) != Z_OK)
        throw std::bad_alloc();
}

MessageInflater::~MessageInflater()
{
    ::inflateEnd(m_stream.get());
}

MessageInflater::Outcome MessageInflater::inflate(std::string_view piece, std::string &message, std::size_t maxMessage)
{
    std::array<char, inflateStep> out;
    bool isFull = false; // there may be more in the inflater though the piece is used up
    while (!piece.empty() || isFull) {
        if (m_hasEnded) { // RFC 7692, 7.2.3.4: blocks may go on after one that says it is the last
            ::inflateReset(m_stream.get());
            m_hasEnded = false;
        }
        m_isEmpty = false;
        const uInt input = atMost32Bits(piece.size());
        m_stream->next_in = inputOf(piece);
        m_stream->avail_in = input;
        m_stream->next_out = reinterpret_cast<Bytef *>(out.data());
        m_stream->avail_out = static_cast<uInt>(out.size());
        const int result = ::inflate(m_stream.get(), Z_SYNC_FLUSH);
        const std::size_t made = out.size() - m_stream->avail_out, room = maxMessage - message.size();
        message.append(out.data(), std::min(made, room));
        if (made > room)
            return Outcome::TooBig;
        piece.remove_prefix(input - m_stream->avail_in);
        isFull = m_stream->avail_out == 0;
        m_hasEnded = result == Z_STREAM_END;
        if (m_hasEnded)
            isFull = false;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return Outcome::Corrupt;
    }
    return Outcome::Good;
}

MessageInflater::Outcome MessageInflater::finish(std::string &message, std::size_t maxMessage)
{
    if (m_hasEnded || m_isEmpty)
        return Outcome::Good;
    const Outcome outcome = inflate(flushTail, message, maxMessage);
    if (outcome != Outcome::Good)
        return outcome;
    return (m_stream->data_type & blockBoundary) != 0 ? Outcome::Good : Outcome::Corrupt;
}

} // namespace tipwatch
