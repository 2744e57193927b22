// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tipwatch {

/// Lets QML copy text; Qt Quick has no type for it.
class Clipboard : public QObject {
    Q_OBJECT
    QML_ELEMENT

public:
    using QObject::QObject;

    Q_INVOKABLE void copy(const QString &text);
};

} // namespace tipwatch
