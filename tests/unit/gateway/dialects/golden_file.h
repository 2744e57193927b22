// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace tipwatch {

/// The file @p name of tests/fixtures/dialects with exactly what is to be said on the wire; TIPWATCH_WRITE_GOLDEN=1 rewrites such files.
/// @return what is wrong, or nothing.
QString differenceFromGolden(const QString &name, const QByteArray &lines);

QList<QByteArray> goldenLines(const QString &name);

/// Names of the files in @p folder there.
QStringList goldenFiles(const QString &folder);

} // namespace tipwatch
