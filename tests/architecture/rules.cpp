// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/rules.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tipwatch {

namespace {

/// A module is a folder; it may include itself and what is listed.
struct Module {
    QString folder;
    QStringList mayInclude;
};

QList<Module> modules()
{
    return {
        {u"shared/"_s, {}},
        {u"server/sources/"_s, {u"shared/"_s}},
        {u"server/gateway/"_s, {u"shared/"_s}},
        {u"server/history/"_s, {u"shared/"_s}},
        {u"server/alerts/"_s, {u"shared/"_s}},
        {u"qml/"_s, {u"shared/"_s}},
        {u"app/"_s, {u"shared/"_s, u"server/"_s, u"qml/"_s}},
    };
}

QStringList topFolders()
{
    return {u"app"_s, u"packaging"_s, u"qml"_s, u"resources"_s, u"server"_s, u"shared"_s, u"tests"_s};
}

QStringList licensedNames()
{
    return {u"*.h"_s,    u"*.cpp"_s, u"*.qml"_s,  u"*.js"_s,    u"*.mjs"_s,          u"*.css"_s,
            u"*.html"_s, u"*.sh"_s,  u"*.toml"_s, u"*.cmake"_s, u"CMakeLists.txt"_s, u"*.py"_s};
}

bool isSkipped(const QString &path)
{
    return path.startsWith(u'.') || path.startsWith("build/"_L1) || path.contains("node_modules/"_L1) ||
           path.contains("/fixtures/"_L1);
}

/// Paths from @p root of the files with one of @p names below @p folder, sorted.
QStringList filesBelow(const QString &root, const QString &folder, const QStringList &names)
{
    const QDir top(root);
    QStringList files;
    QDirIterator it(top.filePath(folder), names, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString path = QDir::cleanPath(top.relativeFilePath(it.next()));
        if (!isSkipped(path))
            files << path;
    }
    files.sort();
    return files;
}

QStringList linesOf(const QString &root, const QString &path)
{
    QFile file(QDir(root).filePath(path));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split(u'\n') : QStringList();
}

struct Match {
    QString file;
    qsizetype line;
    QString text; ///< first capture
};

QList<Match> matchesIn(const QString &root, const QStringList &files, const QString &pattern)
{
    const QRegularExpression expression(pattern);
    QList<Match> matches;
    for (const QString &file : files) {
        const QStringList lines = linesOf(root, file);
        for (qsizetype i = 0; i < lines.size(); ++i) {
            if (const auto match = expression.match(lines[i]); match.hasMatch())
                matches.append({file, i + 1, match.captured(1)});
        }
    }
    return matches;
}

QString complaint(const Match &match, const QString &words)
{
    return u"%1:%2: \"%3\" %4"_s.arg(match.file).arg(match.line).arg(match.text, words);
}

bool mayInclude(const Module &module, const QString &path)
{
    return path.startsWith(module.folder) ||
           std::ranges::any_of(module.mayInclude, [&path](const QString &folder) { return path.startsWith(folder); });
}

} // namespace

QStringList brokenIncludeArrows(const QString &root)
{
    QStringList wrong;
    for (const Module &module : modules()) {
        const QStringList files = filesBelow(root, module.folder, {u"*.h"_s, u"*.cpp"_s});
        for (const Match &include : matchesIn(root, files, u"^\\s*#\\s*include\\s*\"([^\"]+)\""_s)) {
            if (include.text.endsWith(".moc"_L1) && !include.text.contains(u'/'))
                continue;
            if (!mayInclude(module, include.text))
                wrong << complaint(include, u"is not for %1 to know"_s.arg(module.folder));
            else if (!QFile::exists(QDir(root).filePath(include.text)))
                wrong << complaint(include, u"does not name a file from the root"_s);
        }
    }
    return wrong;
}

QStringList brokenQmlImports(const QString &root)
{
    QStringList wrong;
    const QString inside = QDir::cleanPath(QDir(root).absoluteFilePath(u"qml"_s)) + u'/';
    for (const Match &import : matchesIn(root, filesBelow(root, u"qml"_s, {u"*.qml"_s}), u"^\\s*import\\s*\"([^\"]+)\""_s)) {
        const QDir folder = QFileInfo(QDir(root).absoluteFilePath(import.file)).dir();
        if (!(QDir::cleanPath(folder.absoluteFilePath(import.text)) + u'/').startsWith(inside))
            wrong << complaint(import, u"is outside qml/"_s);
    }
    return wrong;
}

QStringList strayTopFolders(const QString &root)
{
    QStringList wrong;
    for (const QString &folder : QDir(root).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        if (!topFolders().contains(folder) && folder != "build"_L1)
            wrong << folder + u"/: no such folder in the architecture"_s;
    }
    return wrong;
}

QStringList missingLicenceLines(const QString &root)
{
    QStringList wrong;
    for (const QString &file : filesBelow(root, u"."_s, licensedNames())) {
        const QStringList lines = linesOf(root, file);
        const qsizetype at = lines.value(0).startsWith("#!"_L1) ? 1 : 0;
        if (!lines.value(at).contains("SPDX-License-Identifier: GPL-3.0-or-later"_L1))
            wrong << file + u": the first line does not say SPDX-License-Identifier: GPL-3.0-or-later"_s;
    }
    return wrong;
}

int checkedFiles(const QString &root)
{
    return static_cast<int>(filesBelow(root, u"."_s, licensedNames()).size());
}

} // namespace tipwatch
