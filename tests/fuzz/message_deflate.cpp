// SPDX-License-Identifier: GPL-3.0-or-later
// Compressing and inflating. The first byte is the window; the rest is taken as a message and as what a client sends for one.
#include "server/gateway/reactor/message_deflate.h"

#include <cstdint>
#include <cstdlib>

using namespace tipwatch;

namespace {

constexpr std::size_t maxMessage = 64 * 1024;

/// @return nothing if it does not inflate.
std::optional<std::string> inflated(std::string_view payload, std::size_t piece)
{
    MessageInflater inflater;
    std::string message;
    MessageInflater::Outcome outcome = MessageInflater::Outcome::Good;
    for (std::size_t at = 0; at < payload.size() && outcome == MessageInflater::Outcome::Good; at += piece)
        outcome = inflater.inflate(payload.substr(at, piece), message, maxMessage);
    if (outcome == MessageInflater::Outcome::Good)
        outcome = inflater.finish(message, maxMessage);
    if (message.size() > maxMessage)
        std::abort();
    return outcome == MessageInflater::Outcome::Good ? std::optional(message) : std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    const int bits = minWindowBits + data[0] % (maxWindowBits - minWindowBits + 1);
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    if (const std::optional<std::string> shorter = deflateMessage(bytes, bits)) {
        if (shorter->size() >= bytes.size() || (bytes.size() <= maxMessage && inflated(*shorter, shorter->size()) != bytes))
            std::abort();
    }
    if (inflated(bytes, bytes.size()) != inflated(bytes, 1 + data[0] / 8))
        std::abort();
    return 0;
}
