// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/router.h"

#include <QObject>

#include <memory>
#include <mutex>

namespace tipwatch {

class Reactor;

/// /api/v1/clients: who is connected and what each costs, for whoever has the admin token. Lives on the front door's thread; may be
/// destroyed on another once that one has stopped.
class ClientList {
public:
    /// @p door lives on the front door's thread; both must outlive the list.
    ClientList(Reactor &reactor, QObject &door);
    ~ClientList();

    void addRoutes(Router &router);

private:
    /// The shards answer on their own threads, perhaps when there is no door any more to answer at.
    struct Way {
        std::mutex mutex;
        QObject *door = nullptr; ///< null: closed
    };

    void answer(const HttpReply &reply) const;

    Reactor &m_reactor;
    const std::shared_ptr<Way> m_way = std::make_shared<Way>();
};

} // namespace tipwatch
