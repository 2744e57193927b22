// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/node/node_queries.h"

namespace tipwatch {

std::string_view queryErrorName(QueryError::Kind kind)
{
    switch (kind) {
    case QueryError::Kind::NotFound:
        return "not_found";
    case QueryError::Kind::NeedsIndex:
        return "needs_index";
    case QueryError::Kind::Pruned:
        return "pruned";
    case QueryError::Kind::NodeGone:
        return "node_gone";
    case QueryError::Kind::Timeout:
        return "timeout";
    case QueryError::Kind::Busy:
        return "busy";
    case QueryError::Kind::NotSupported:
        return "not_supported";
    case QueryError::Kind::Cancelled:
        return "cancelled";
    case QueryError::Kind::Failed:
        break;
    }
    return "failed";
}

} // namespace tipwatch
