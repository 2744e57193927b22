// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert.h"
#include "shared/domain/shared_list.h"

namespace tipwatch {

/// Alerts as they are told further: those that hold, and the latest that were raised. Part of ChainStore.
class AlertBook {
public:
    static constexpr std::size_t keptAlerts = 200; ///< recent ones; a screen shows some tens

    /// Gives @p alert its id.
    AlertPtr raise(Alert alert, std::int64_t nowMs);
    /// @return null, and no change, if no such alert holds.
    AlertPtr clear(std::uint64_t id, std::int64_t nowMs);

    /// In the order in which they were raised.
    const SharedList<AlertPtr> &active() const { return m_active; }
    /// Newest first, those that hold among them.
    const SharedList<AlertPtr> &recent() const { return m_recent; }

private:
    std::uint64_t m_lastId = 0;
    SharedList<AlertPtr> m_active;
    SharedList<AlertPtr> m_recent;
};

} // namespace tipwatch
