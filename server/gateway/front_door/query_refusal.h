// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/node/node_queries.h"

namespace tipwatch {

/// Why the node did not tell what a client wanted to know from it, in HTTP.
inline HttpResponse refusalOf(const QueryError &error)
{
    using Kind = QueryError::Kind;
    const auto say = [&](int status) { return HttpResponse::error(status, queryErrorName(error.kind), error.message); };
    switch (error.kind) {
    case Kind::NotFound:
    case Kind::NeedsIndex:
        return say(404);
    case Kind::Pruned:
        return say(410);
    case Kind::NodeGone:
    case Kind::Busy: {
        HttpResponse later = say(503);
        later.headers.emplace_back("Retry-After", "2");
        return later;
    }
    case Kind::Timeout:
        return say(504);
    case Kind::NotSupported:
        return say(501);
    case Kind::Cancelled:
    case Kind::Failed:
        break;
    }
    return say(502);
}

} // namespace tipwatch
