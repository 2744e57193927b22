// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <unordered_map>

namespace tipwatch {

/// A set of projected blocks: bit n is block n.
using ProjectedSet = std::uint8_t;

/// Which projected blocks anybody wants to know transaction by transaction. Telling them costs about a millisecond for each block and update,
/// so it is done for those only. Backend thread.
class ProjectedInterest final : public QObject {
    Q_OBJECT

public:
    static constexpr int lingerMs =
        30'000; ///< what nobody wants any more is told for so long yet: who polls, or lost its connection, comes back

    explicit ProjectedInterest(QObject *parent = nullptr);

    /// From now on @p reader wants @p blocks, and none of what it wanted before.
    void want(const void *reader, ProjectedSet blocks);

    ProjectedSet wanted() const { return m_wanted; }

Q_SIGNALS:
    void changed(); ///< wanted()

private:
    ProjectedSet asked() const;
    void set(ProjectedSet wanted);

    std::unordered_map<const void *, ProjectedSet> m_readers;
    ProjectedSet m_wanted = 0;
    QTimer m_linger;
};

} // namespace tipwatch
