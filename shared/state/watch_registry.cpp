// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/watch_registry.h"

#include <map>
#include <mutex>
#include <utility>

namespace tipwatch {

struct WatchRegistry::Core {
    std::mutex mutex;
    std::function<void()> wake; ///< null: the registry is gone
    std::map<WatchSubject, std::weak_ptr<const Watch>> watches;
    std::vector<Change> changes;

    /// The mutex is held.
    void add(Change change)
    {
        changes.push_back(std::move(change));
        if (changes.size() == 1 && wake)
            wake();
    }
};

class Watch {
public:
    Watch(std::shared_ptr<WatchRegistry::Core> core, const WatchSubject &subject) : m_core(std::move(core)), m_subject(subject) {}
    ~Watch()
    {
        const std::lock_guard lock(m_core->mutex);
        const auto known = m_core->watches.find(m_subject);
        // Somebody may have wished for it anew in the meantime.
        if (known == m_core->watches.end() || !known->second.expired())
            return;
        m_core->watches.erase(known);
        m_core->add({WatchRegistry::Change::Kind::End, m_subject});
    }
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

private:
    const std::shared_ptr<WatchRegistry::Core> m_core;
    const WatchSubject m_subject;
};

WatchRegistry::WatchRegistry(std::function<void()> wake) : m_core(std::make_shared<Core>())
{
    m_core->wake = std::move(wake);
}

WatchRegistry::~WatchRegistry()
{
    const std::lock_guard lock(m_core->mutex);
    m_core->wake = nullptr;
}

WatchPtr WatchRegistry::watch(const WatchSubject &subject)
{
    const std::lock_guard lock(m_core->mutex);
    const auto [known, isNew] = m_core->watches.try_emplace(subject);
    if (WatchPtr same = known->second.lock())
        return same;
    WatchPtr watch = std::make_shared<const Watch>(m_core, subject);
    known->second = watch;
    if (isNew) // else the last one is just going, and will see that there is another
        m_core->add({Change::Kind::Begin, subject});
    return watch;
}

void WatchRegistry::learn(const Script &script, ScanResultPtr coins)
{
    const std::lock_guard lock(m_core->mutex);
    if (m_core->watches.contains(script))
        m_core->add({Change::Kind::Learn, script, std::move(coins)});
}

std::vector<WatchRegistry::Change> WatchRegistry::takeChanges()
{
    const std::lock_guard lock(m_core->mutex);
    return std::exchange(m_core->changes, {});
}

} // namespace tipwatch
