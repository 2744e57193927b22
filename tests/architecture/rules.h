// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

// The rules of the architecture. Each function returns what is wrong below @p root, one sentence with file and line for each.
namespace tipwatch {

/// The arrows between the modules: every #include "…" of app, qml, server and shared names, from the root, a file that is there
/// and that its module may know.
QStringList brokenIncludeArrows(const QString &root);

/// QML imports no folder outside qml/.
QStringList brokenQmlImports(const QString &root);

/// Top-level folders that are none of ours. Hidden ones and build/ do not count.
QStringList strayTopFolders(const QString &root);

/// Sources without the licence in the first line (the second, behind "#!").
QStringList missingLicenceLines(const QString &root);

/// How many sources are looked at: a check of nothing proves nothing.
int checkedFiles(const QString &root);

} // namespace tipwatch
