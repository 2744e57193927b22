// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_event.h"

#include <QObject>

namespace tipwatch {

/// The one place where events are announced. Lives on the backend thread.
/// Readers on that thread connect directly and must return at once; readers elsewhere connect queued and get the same
/// shared event.
class EventBus : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void publish(const ChainEventPtr &event) { Q_EMIT published(event); }

Q_SIGNALS:
    void published(const tipwatch::ChainEventPtr &event);
};

} // namespace tipwatch

Q_DECLARE_METATYPE(tipwatch::ChainEventPtr)
