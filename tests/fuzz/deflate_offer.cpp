// SPDX-License-Identifier: GPL-3.0-or-later
// Sec-WebSocket-Extensions of a handshake.
#include "server/gateway/front_door/deflate_offer.h"

#include <cstdlib>

using namespace tipwatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto terms = chooseDeflate({reinterpret_cast<const char *>(data), size});
    if (!terms || !*terms)
        return 0;
    // What we answer is itself an offer, and of the same terms.
    const std::string answer = (*terms)->answer();
    const auto again = chooseDeflate(answer);
    if (!again || !*again || (*again)->answer() != answer || (*again)->windowBits != (*terms)->windowBits)
        std::abort();
    return 0;
}
