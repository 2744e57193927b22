// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace tipwatch {

std::size_t raiseDescriptorLimit(std::size_t needed)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_cur < needed) {
        const rlimit wanted{std::min<rlim_t>(needed, limit.rlim_max), limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0)
            limit = wanted;
    }
    return limit.rlim_cur;
}

} // namespace tipwatch
