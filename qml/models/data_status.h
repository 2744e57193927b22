// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/source_status.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tipwatch::DataStatus {

Q_NAMESPACE
QML_ELEMENT

/// How far what an object shows can be trusted; every object that QML sees has one. A page looks at it before it shows a figure.
enum Value {
    Unknown, ///< nothing heard yet
    Connecting,
    Syncing, ///< catching up
    Live,
    Stale, ///< the last picture; the node does not answer any more
    Error  ///< needs a person
};
Q_ENUM_NS(Value)

/// @p hasData: the object has something to show. Without it a live source is still on its way.
constexpr Value of(SourceState state, bool hasData)
{
    switch (state) {
    case SourceState::Unknown:
        return Unknown;
    case SourceState::Connecting:
        return Connecting;
    case SourceState::Syncing:
        return Syncing;
    case SourceState::Live:
        return hasData ? Live : Syncing;
    case SourceState::Stale:
        return Stale;
    case SourceState::Error:
        return Error;
    }
    return Unknown;
}

} // namespace tipwatch::DataStatus
