// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tipwatch {

class ChainStore;
class Router;

/// GET /api/v1/alerts: what holds now and what was raised lately. Lives on the front door's thread.
class AlertApi {
public:
    /// @p store must outlive it.
    explicit AlertApi(const ChainStore &store) : m_store(store) {}

    void addRoutes(Router &router);

private:
    const ChainStore &m_store;
};

} // namespace tipwatch
