// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/projected_interest.h"

namespace tipwatch {

ProjectedInterest::ProjectedInterest(QObject *parent) : QObject(parent)
{
    m_linger.setParent(this);
    m_linger.setSingleShot(true);
    m_linger.setInterval(lingerMs);
    connect(&m_linger, &QTimer::timeout, this, [this] { set(asked()); });
}

void ProjectedInterest::want(const void *reader, ProjectedSet blocks)
{
    if (blocks == 0)
        m_readers.erase(reader);
    else
        m_readers[reader] = blocks;
    const ProjectedSet now = asked();
    set(static_cast<ProjectedSet>(m_wanted | now));
    if (now == m_wanted)
        m_linger.stop();
    else
        m_linger.start();
}

ProjectedSet ProjectedInterest::asked() const
{
    unsigned all = 0;
    for (const auto &[reader, blocks] : m_readers)
        all |= blocks;
    return static_cast<ProjectedSet>(all);
}

void ProjectedInterest::set(ProjectedSet wanted)
{
    if (wanted == m_wanted)
        return;
    m_wanted = wanted;
    Q_EMIT changed();
}

} // namespace tipwatch
