// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/clipboard.h"

#include <QClipboard>
#include <QGuiApplication>

namespace tipwatch {

void Clipboard::copy(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

} // namespace tipwatch
