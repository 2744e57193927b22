// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/frame.h"

namespace tipwatch {

namespace {

void appendBigEndian(std::string &out, std::uint64_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift & 0xff));
}

} // namespace

FramePtr Frame::make(Opcode opcode, std::string_view payload)
{
    constexpr unsigned fin = 0x80;
    std::string bytes;
    bytes.reserve(payload.size() + 10);
    bytes.push_back(static_cast<char>(fin | static_cast<unsigned>(opcode)));
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(payload.size()));
    } else if (payload.size() <= 0xffff) {
        bytes.push_back(126);
        appendBigEndian(bytes, payload.size(), 2);
    } else {
        bytes.push_back(127);
        appendBigEndian(bytes, payload.size(), 8);
    }
    bytes.append(payload);
    return std::make_shared<const Frame>(std::move(bytes));
}

FramePtr Frame::close(CloseCode code, std::string_view reason)
{
    std::string payload;
    if (code != CloseCode::NoStatus) {
        appendBigEndian(payload, static_cast<std::uint16_t>(code), 2);
        payload.append(reason);
    }
    return make(Opcode::Close, payload);
}

} // namespace tipwatch
