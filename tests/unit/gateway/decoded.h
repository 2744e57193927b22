// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/frame_decoder.h"

#include <algorithm>
#include <span>
#include <string>

namespace tipwatch::test {

/// What @p decoder makes of @p bytes that arrive in pieces, as text: one word per event.
inline std::string decoded(std::string bytes, std::size_t pieceSize, FrameDecoder decoder)
{
    std::string said;
    const auto shown = [](std::string_view payload) {
        return payload.size() <= 40 ? std::string(payload) : std::to_string(payload.size()) + " bytes of " + payload.front();
    };
    for (std::size_t at = 0; at < bytes.size(); at += pieceSize) {
        std::span<char> input(bytes.data() + at, std::min(pieceSize, bytes.size() - at));
        for (bool goesOn = true; goesOn;) {
            const FrameDecoder::Event event = decoder.next(input);
            const std::string code = std::to_string(static_cast<unsigned>(event.code));
            switch (event.kind) {
            case FrameDecoder::Event::Kind::NeedMore:
                goesOn = false;
                break;
            case FrameDecoder::Event::Kind::Text:
                said += "text(" + shown(event.payload) + ")";
                break;
            case FrameDecoder::Event::Kind::Binary:
                said += "binary(" + shown(event.payload) + ")";
                break;
            case FrameDecoder::Event::Kind::Ping:
                said += "ping(" + shown(event.payload) + ")";
                break;
            case FrameDecoder::Event::Kind::Pong:
                said += "pong(" + shown(event.payload) + ")";
                break;
            case FrameDecoder::Event::Kind::Close:
                said += "close(" + code + "," + shown(event.payload) + ")";
                break;
            case FrameDecoder::Event::Kind::Failure:
                said += "fail(" + code + ")";
                break;
            }
        }
    }
    return said;
}

} // namespace tipwatch::test
