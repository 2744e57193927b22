// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/session/stream_query.h"

namespace tipwatch {

class ChainStore;
class Reactor;
class Router;

/// The stream for those who have no WebSocket: /api/v1/events and /api/v1/poll. Whoever asks well becomes a client of the reactor behind
/// the head of the answer. Lives on the front door's thread.
class StreamRoutes {
public:
    /// Both must outlive the routes.
    StreamRoutes(const ChainStore &store, Reactor &reactor) : m_store(store), m_reactor(reactor) {}

    void addRoutes(Router &router);

private:
    HttpResponse begin(StreamQuery::Form form, const HttpRequest &request);

    const ChainStore &m_store;
    Reactor &m_reactor;
};

} // namespace tipwatch
