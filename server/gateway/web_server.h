// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/access_keys.h"
#include "server/gateway/front_door/address_api.h"
#include "server/gateway/front_door/alert_api.h"
#include "server/gateway/front_door/block_api.h"
#include "server/gateway/front_door/client_list.h"
#include "server/gateway/front_door/front_door.h"
#include "server/gateway/front_door/history_api.h"
#include "server/gateway/front_door/mempool_api.h"
#include "server/gateway/front_door/node_questions.h"
#include "server/gateway/front_door/projected_api.h"
#include "server/gateway/front_door/rest_api.h"
#include "server/gateway/front_door/site.h"
#include "server/gateway/front_door/stream_routes.h"
#include "server/gateway/front_door/transaction_api.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/error.h"

#include <QObject>
#include <QThread>

#include <memory>
#include <string>

namespace tipwatch {

class ChainStore;
class Reactor;
class TlsBridges;

/// The front door with all that can be asked for there, on a thread of its own. Made, used and destroyed on the backend thread. Clients
/// that have become WebSockets belong to the reactor and outlive it, so that a port can be changed under them.
class WebServer {
public:
    struct Needs {
        AccessKeysPtr keys;
        const ChainStore &store;
        Reactor &reactor;
        TlsBridges &bridges;
        const Clock &clock;
        NodeQueries *queries = nullptr;   ///< null: nobody can be asked
        HistoryReader *history = nullptr; ///< null: there is none
    };

    /// Opens the port. What @p needs refers to must outlive the server. @return why not, in words.
    static Result<std::unique_ptr<WebServer>> open(const GatewayConfig &config, const Needs &needs);
    /// Closes the port and every connection that is still HTTP.
    ~WebServer();

    /// For people.
    std::string url() const { return m_frontDoor.url(); }
    std::uint16_t port() const { return m_frontDoor.port(); }
    std::uint16_t socketPort() const { return m_frontDoor.socketPort(); }

private:
    WebServer(const GatewayConfig &config, const Needs &needs);

    const ChainStore &m_store;
    Reactor &m_reactor;
    QObject m_backend; ///< what waits for the backend thread in its name is forgotten when it goes
    FrontDoor m_frontDoor;
    NodeQuestions m_questions;
    StreamRoutes m_stream;
    ProjectedApi m_projected;
    RestApi m_rest;
    BlockApi m_blocks;
    MempoolApi m_mempool;
    TransactionApi m_transactions;
    HistoryApi m_history;
    AddressApi m_addresses;
    AlertApi m_alerts;
    ClientList m_clientList;
    Site m_site;
    QThread m_thread; ///< the front door's
};

} // namespace tipwatch
