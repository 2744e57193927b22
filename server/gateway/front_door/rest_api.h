// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/history/history_reader.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/gateway_status.h"

#include <functional>
#include <string>

namespace tipwatch {

class ChainStore;
class Router;

/// The state over plain HTTP: /api/v1/… and the health checks. Bodies are the data objects of the stream's messages.
/// Lives on the front door's thread.
class RestApi {
public:
    struct Needs {
        const ChainStore &store;
        std::string server;                           ///< "tipwatch/1.0.0"
        std::function<GatewayStatus()> gatewayStatus; ///< called on the front door's thread
        std::function<HistoryStatus()> historyStatus; ///< likewise
    };

    explicit RestApi(Needs needs);

    void addRoutes(Router &router);

private:
    HttpResponse tip(const ChainSnapshot &snapshot) const;
    HttpResponse status(const ChainSnapshot &snapshot) const;
    HttpResponse ready(const ChainSnapshot &snapshot) const;

    const Needs m_needs;
};

} // namespace tipwatch
