// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_event.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace tipwatch {

/// Where the backend thread leaves events for the GUI thread. Bounded: of transactions only the latest `keptTransactions` are kept,
/// figures are not kept at all (the snapshot has them). Thread-safe; put() costs a lock and never waits for the reader.
class Inbox {
public:
    static constexpr std::size_t keptTransactions = 400; ///< twice what the feed shows

    enum class Urgency {
        Soon, ///< with the next update
        Now   ///< a block, or the source's state: people wait for these
    };

    /// @p wake is called under the lock, on the putting thread: for the first event since the last take(), and for the first urgent one.
    explicit Inbox(std::function<void(Urgency)> wake) : m_wake(std::move(wake)) {}

    void put(const ChainEventPtr &event);

    struct Contents {
        std::vector<ChainEventPtr> events;
        std::int64_t skipped = 0; ///< transactions dropped
        std::int64_t oldest = 0;  ///< timestamp of the first event, Unix ms; 0: nothing came
    };
    Contents take();

    /// No wake() from here on.
    void close();

private:
    void trim();

    std::mutex m_mutex;
    std::function<void(Urgency)> m_wake;
    Contents m_contents;
    std::size_t m_transactions = 0; ///< in m_contents.events
    bool m_woken = false;
    bool m_urgent = false;
};

} // namespace tipwatch
