// SPDX-License-Identifier: GPL-3.0-or-later
// What a WebSocket client sends. The first byte says whether compression was agreed on and how the rest is cut into pieces; it must not
// matter how.
#include "server/gateway/reactor/frame_decoder.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace tipwatch;

namespace {

constexpr std::size_t maxMessage = 64 * 1024;

struct Heard {
    FrameDecoder::Event::Kind kind;
    CloseCode code;
    std::string payload;
    bool operator==(const Heard &) const = default;
};

/// Pieces of 1, 1 + step, 1 + 2 * step, … bytes, and again from 1 when they get long.
std::vector<Heard> hear(std::string bytes, bool inflates, std::size_t step)
{
    FrameDecoder decoder(maxMessage, inflates);
    std::vector<Heard> heard;
    std::size_t at = 0, size = 1;
    while (at < bytes.size()) {
        size = step == 0 ? bytes.size() : size > 200 ? 1 : size + step;
        std::span<char> input(bytes.data() + at, std::min(size, bytes.size() - at));
        at += input.size();
        while (true) {
            const FrameDecoder::Event event = decoder.next(input);
            if (event.kind == FrameDecoder::Event::Kind::NeedMore)
                break;
            heard.push_back({event.kind, event.code, std::string(event.payload)});
        }
    }
    return heard;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const bool inflates = (data[0] & 1) != 0;
    const std::size_t step = 1 + (data[0] >> 1) % 50;
    const std::string bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    const std::vector<Heard> whole = hear(bytes, inflates, 0);
    if (hear(bytes, inflates, step) != whole)
        std::abort();

    for (const Heard &event : whole) {
        const bool isEnd = event.kind == FrameDecoder::Event::Kind::Close || event.kind == FrameDecoder::Event::Kind::Failure;
        if ((isEnd && &event != &whole.back()) || event.payload.size() > maxMessage)
            std::abort();
        Utf8Validator utf8;
        if (event.kind == FrameDecoder::Event::Kind::Text && !(utf8.accept(event.payload) && utf8.isComplete()))
            std::abort();
    }
    return 0;
}
