// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/frame.h"

#include "server/gateway/reactor/message_deflate.h"

#include <array>
#include <mutex>

namespace tipwatch {

namespace {

constexpr unsigned fin = 0x80;
constexpr unsigned isDeflated = 0x40; ///< RSV1 (RFC 7692, 6)

void appendBigEndian(std::string &out, std::uint64_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift & 0xff));
}

std::string wireBytes(unsigned flags, Opcode opcode, std::string_view payload)
{
    std::string bytes;
    bytes.reserve(payload.size() + 10);
    bytes.push_back(static_cast<char>(flags | static_cast<unsigned>(opcode)));
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(payload.size()));
    } else if (payload.size() <= 0xffff) {
        bytes.push_back(126);
        appendBigEndian(bytes, payload.size(), 2);
    } else {
        bytes.push_back(127);
        appendBigEndian(bytes, payload.size(), 8);
    }
    return bytes.append(payload);
}

} // namespace

/// By window; null: not shorter.
struct Frame::Twins {
    struct Twin {
        std::once_flag once;
        FramePtr frame;
    };
    std::array<Twin, maxWindowBits - minWindowBits + 1> byWindow;
};

Frame::~Frame()
{
    delete m_twins.load(std::memory_order_acquire);
}

FramePtr Frame::make(Opcode opcode, std::string_view payload)
{
    return std::make_shared<const Frame>(wireBytes(fin, opcode, payload));
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

FramePtr Frame::deflated(const FramePtr &frame, int windowBits)
{
    if (windowBits == 0)
        return frame;
    const std::string_view payload = frame->payload();
    if (payload.size() < minDeflated || isControl(frame->opcode()))
        return frame;
    const int bits = usefulWindowBits(payload.size(), windowBits);
    Twins::Twin &twin = frame->twins().byWindow[static_cast<std::size_t>(bits - minWindowBits)];
    std::call_once(twin.once, [&] {
        if (const std::optional<std::string> shorter = deflateMessage(payload, bits))
            twin.frame = std::make_shared<const Frame>(wireBytes(fin | isDeflated, frame->opcode(), *shorter));
    });
    return twin.frame ? twin.frame : frame;
}

std::string_view Frame::payload() const
{
    const auto shortLength = static_cast<unsigned>(static_cast<std::uint8_t>(m_bytes[1]));
    const std::size_t header = shortLength == 127 ? 10 : shortLength == 126 ? 4 : 2;
    return std::string_view(m_bytes).substr(header);
}

Frame::Twins &Frame::twins() const
{
    Twins *twins = m_twins.load(std::memory_order_acquire);
    if (twins == nullptr) {
        auto made = std::make_unique<Twins>();
        if (m_twins.compare_exchange_strong(twins, made.get(), std::memory_order_acq_rel))
            twins = made.release();
    }
    return *twins;
}

} // namespace tipwatch
