// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/loopback_address.h"

#include <unistd.h>

#include <atomic>

namespace tipwatch {

std::string ownLoopbackAddress()
{
    // Process ids have at most 22 bits on Linux; the first address is that of everybody.
    static std::atomic<unsigned> calls{0};
    const unsigned host = ((static_cast<unsigned>(getpid()) & 0x3fffff) << 2 | (calls++ & 3));
    return "127." + std::to_string(host >> 16 & 0xff) + "." + std::to_string(host >> 8 & 0xff) + "." +
           std::to_string(host & 0xff);
}

} // namespace tipwatch
