// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/watch_registry.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tipwatch {

/// The transactions and scripts that a client tracks: its track:… channels. Sorted, each once.
class TrackFilter {
public:
    static constexpr std::size_t most = 100; ///< of one client

    bool isEmpty() const { return m_subjects.empty(); }
    std::size_t size() const { return m_subjects.size(); }
    bool contains(const WatchSubject &subject) const { return std::binary_search(m_subjects.begin(), m_subjects.end(), subject); }
    const std::vector<WatchSubject> &subjects() const { return m_subjects; }

    void insert(const WatchSubject &subject)
    {
        const auto place = std::lower_bound(m_subjects.begin(), m_subjects.end(), subject);
        if (place == m_subjects.end() || *place != subject)
            m_subjects.insert(place, subject);
    }
    void insert(const TrackFilter &others)
    {
        for (const WatchSubject &subject : others.m_subjects)
            insert(subject);
    }
    void erase(const TrackFilter &others)
    {
        std::erase_if(m_subjects, [&](const WatchSubject &subject) { return others.contains(subject); });
    }
    friend bool operator==(const TrackFilter &, const TrackFilter &) = default;

private:
    std::vector<WatchSubject> m_subjects;
};

} // namespace tipwatch
