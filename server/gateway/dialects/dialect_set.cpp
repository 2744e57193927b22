// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/dialect_set.h"

#include "server/gateway/dialects/canonical_dialect.h"
#include "server/gateway/dialects/event_stream_dialect.h"
#include "server/gateway/dialects/indexer_dialect.h"
#include "server/gateway/dialects/nodes_dialect.h"
#include "server/gateway/dialects/signals_dialect.h"
#include "server/gateway/dialects/states_dialect.h"

namespace tipwatch {

namespace {

std::unique_ptr<Dialect> makeDialect(Wire wire)
{
    switch (wire) {
    case Wire::Json:
        break;
    case Wire::Cbor:
        return std::make_unique<CanonicalDialect>(Encoding::Cbor);
    case Wire::Indexer:
        return std::make_unique<IndexerDialect>();
    case Wire::States:
        return std::make_unique<StatesDialect>();
    case Wire::Signals:
        return std::make_unique<SignalsDialect>();
    case Wire::Nodes:
        return std::make_unique<NodesDialect>();
    case Wire::EventStream:
        return std::make_unique<EventStreamDialect>();
    }
    return std::make_unique<CanonicalDialect>(Encoding::Json);
}

} // namespace

DialectSet::DialectSet()
{
    for (std::size_t i = 0; i < wireCount; ++i)
        m_dialects[i] = makeDialect(static_cast<Wire>(i));
}

Wire DialectSet::wireFor(std::string_view path, std::string_view subprotocol)
{
    if (path == "/v1/stream")
        return Wire::Indexer;
    if (path == "/api/ws")
        return Wire::Nodes;
    return subprotocol == "tipwatch.v1.cbor" ? Wire::Cbor : Wire::Json;
}

std::optional<Wire> wireOf(std::string_view message)
{
    const auto value = JsonReader().read(message);
    if (!value)
        return std::nullopt;
    if (value->member("op"))
        return Wire::Json;
    if (value->member("method"))
        return Wire::States;
    if (value->member("type") && value->member("channels"))
        return Wire::Signals;
    return std::nullopt;
}

} // namespace tipwatch
