// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace tipwatch {

/// LZ77 windows of permessage-deflate as powers of two (RFC 7692, 7.1.2). The RFC also knows 8, which zlib does not make.
constexpr int minWindowBits = 9;
constexpr int maxWindowBits = 15;

/// @return the payload of a compressed message (RFC 7692, 7.2.1) that depends on no other, for a receiver with a window of @p windowBits
/// or larger; nothing if it would not be shorter than @p payload.
std::optional<std::string> deflateMessage(std::string_view payload, int windowBits);

/// The smallest window that sees all of a message of @p size bytes, at most @p windowBits: a larger one makes it no shorter.
int usefulWindowBits(std::size_t size, int windowBits);

/// Inflates one compressed message piece by piece (RFC 7692, 7.2.2), whatever window it was made with; it depends on no other message.
/// Some 40 KB while it exists. Not thread-safe.
class MessageInflater {
public:
    enum class Outcome {
        Good,
        TooBig, ///< the message passes maxMessage
        Corrupt ///< this is no deflate stream, or (at the end) not all of it
    };

    MessageInflater();
    ~MessageInflater();
    MessageInflater(const MessageInflater &) = delete;
    MessageInflater &operator=(const MessageInflater &) = delete;

    /// Appends to @p message what @p piece gives, and never makes it longer than @p maxMessage, however much would come of it.
    Outcome inflate(std::string_view piece, std::string &message, std::size_t maxMessage);

    /// The same for the bytes that every sender leaves out at the end of a message. The last call.
    Outcome finish(std::string &message, std::size_t maxMessage);

private:
    std::unique_ptr<z_stream_s> m_stream;
    bool m_hasEnded = false; ///< the last block said that it is the last; nothing came after it yet
    bool m_isEmpty = true;   ///< nothing came at all
};

} // namespace tipwatch
