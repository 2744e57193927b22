// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/node/node_queries.h"

#include <QObject>

namespace tipwatch {

/// Something that knows a chain and a mempool: translates a node's words into calls on the ChainStore it was given, and keeps
/// its SourceStatus true. Constructed on any thread, moved to the backend thread, and used there only.
class NodeSource : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Begins; returns at once. A source never gives up by itself: what fails is told in the status and tried again.
    virtual void start() = 0;

    /// Lets go of sockets and timers. The store is not touched any more after this returns.
    virtual void stop() = 0;

    /// Whom to ask what the source does not tell by itself, for as long as the source lives; null if it cannot be asked.
    virtual NodeQueries *queries() { return nullptr; }
};

} // namespace tipwatch
