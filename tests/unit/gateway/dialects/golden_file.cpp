// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/dialects/golden_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace tipwatch {

namespace {

QString pathOf(const QString &name)
{
    return QStringLiteral(TIPWATCH_FIXTURES "/dialects/") + name;
}

} // namespace

QString differenceFromGolden(const QString &name, const QByteArray &lines)
{
    QFile file(pathOf(name));
    if (qEnvironmentVariableIsSet("TIPWATCH_WRITE_GOLDEN")) {
        QDir().mkpath(QFileInfo(file).path());
        if (!file.open(QIODevice::WriteOnly) || file.write(lines) != lines.size())
            return QStringLiteral("cannot write ") + file.fileName();
        return {};
    }
    if (!file.exists())
        return QStringLiteral("there is no ") + file.fileName();
    const QList<QByteArray> expected = goldenLines(name), actual = lines.split('\n');
    for (qsizetype i = 0; i < std::max(expected.size(), actual.size()); ++i) {
        const QByteArray was = expected.value(i, "(nothing)"), is = actual.value(i, "(nothing)");
        if (was != is) {
            return QStringLiteral("%1, line %2\n  expected %3\n  is       %4")
                .arg(name)
                .arg(i + 1)
                .arg(QString::fromUtf8(was), QString::fromUtf8(is));
        }
    }
    return {};
}

QList<QByteArray> goldenLines(const QString &name)
{
    QFile file(pathOf(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QList<QByteArray>();
}

QStringList goldenFiles(const QString &folder)
{
    return QDir(pathOf(folder)).entryList(QDir::Files, QDir::Name);
}

} // namespace tipwatch
