// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/alert_book.h"

#include <algorithm>

namespace tipwatch {

AlertPtr AlertBook::raise(Alert alert, std::int64_t nowMs)
{
    alert.id = ++m_lastId;
    alert.raisedAt = nowMs;
    alert.clearedAt = 0;
    auto raised = std::make_shared<const Alert>(std::move(alert));
    if (raised->lasts) {
        std::vector<AlertPtr> active = m_active;
        active.push_back(raised);
        m_active = std::move(active);
    }
    std::vector<AlertPtr> recent{raised};
    recent.insert(recent.end(), m_recent.begin(),
                  m_recent.begin() + static_cast<std::ptrdiff_t>(std::min(m_recent.size(), keptAlerts - 1)));
    m_recent = std::move(recent);
    return raised;
}

AlertPtr AlertBook::clear(std::uint64_t id, std::int64_t nowMs)
{
    std::vector<AlertPtr> active = m_active;
    const auto found = std::ranges::find(active, id, [](const AlertPtr &alert) { return alert->id; });
    if (found == active.end())
        return nullptr;
    Alert alert = **found;
    alert.clearedAt = nowMs;
    auto cleared = std::make_shared<const Alert>(std::move(alert));
    active.erase(found);
    m_active = std::move(active);
    std::vector<AlertPtr> recent = m_recent;
    std::ranges::replace_if(
        recent, [&](const AlertPtr &kept) { return kept->id == id; }, cleared);
    m_recent = std::move(recent);
    return cleared;
}

} // namespace tipwatch
