// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/protocol.h"

#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tipwatch {

/// Which of a client's messages are wanted.
enum class Part { All, EventChannels };

/// Appends what of @p event comes after seq @p after and is wanted by @p wants. What conflates takes the place of what is in @p out already of its
/// channel. A message is marked if another with the same seq follows: from there nobody may resume.
void select(const StreamEventPtr &event, std::uint64_t after, const Subscription &wants, Part part, const Dialect &dialect,
            Outbox &out);

/// What the events of one turn of a shard are to its clients: gathered once for all that want the same. References must outlive it.
class Selections {
public:
    Selections(std::span<const StreamEventPtr> events, const Protocol &protocol) : m_events(events), m_protocol(protocol) {}

    struct Selection {
        Subscription wants;
        Outbox messages;
        std::uint64_t clients = 0; ///< that were given them
    };

    Selection &of(const Subscription &wants);

    /// @p visit(const Selection &) sees every selection that was asked for.
    template <class Visit> void forEach(Visit visit) const
    {
        for (const auto &[filter, alike] : m_byFilter) {
            for (const auto &selection : alike)
                visit(*selection);
        }
    }

private:
    Selection &find(const Subscription &wants);

    const std::span<const StreamEventPtr> m_events;
    const Protocol &m_protocol;
    std::unordered_map<const StreamFilter *, std::vector<std::unique_ptr<Selection>>> m_byFilter;
    Selection *m_last = nullptr; ///< most neighbours want the same
};

} // namespace tipwatch
