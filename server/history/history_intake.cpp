// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_intake.h"

#include "shared/domain/overloaded.h"

#include <utility>

namespace tipwatch {

void HistoryIntake::put(const ChainEvent &event)
{
    const auto add = [this](const BlockPtr &block) {
        if (m_contents.blocks.size() < mostBlocks)
            m_contents.blocks.push_back(block);
    };
    const std::lock_guard lock(m_mutex);
    std::visit(Overloaded{[&](const TransactionsSeen &seen) {
                              m_contents.count += static_cast<std::int64_t>(seen.entries.size());
                              for (const MempoolEntry &entry : seen.entries)
                                  m_contents.vbytes += entry.vsize.value;
                          },
                          [&](const BlockConnected &connected) { add(connected.block); },
                          [&](const BlockUpdated &updated) { add(updated.block); },
                          [&](const SourceStatusChanged &changed) {
                              const bool isLive = changed.status.state == SourceState::Live;
                              if (isLive == m_contents.since.has_value())
                                  return;
                              m_contents.since = isLive ? std::optional(m_clock.unixMs()) : std::nullopt;
                              m_contents.count = m_contents.vbytes = 0;
                          },
                          [](const auto &) {}},
               event.body);
}

HistoryIntake::Contents HistoryIntake::take()
{
    const std::lock_guard lock(m_mutex);
    Contents next;
    if (m_contents.since)
        next.since = m_clock.unixMs();
    return std::exchange(m_contents, std::move(next));
}

} // namespace tipwatch
