// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/rules.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

const QString sourceDir = QStringLiteral(TIPWATCH_SOURCE_DIR);
const QByteArray licence = "// SPDX-License-Identifier: GPL-3.0-or-later\n";

} // namespace

class TestArchitecture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theArrowsHold() { QCOMPARE(brokenIncludeArrows(sourceDir).join(u'\n'), QString()); }
    void qmlImportsStayInQml() { QCOMPARE(brokenQmlImports(sourceDir).join(u'\n'), QString()); }
    void thereIsNoOtherTopFolder() { QCOMPARE(strayTopFolders(sourceDir).join(u'\n'), QString()); }
    void everySourceNamesItsLicence() { QCOMPARE(missingLicenceLines(sourceDir).join(u'\n'), QString()); }
    void theWholeTreeIsLookedAt() { QVERIFY(checkedFiles(sourceDir) > 100); }

    void aPlantedViolationIsFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("found"); // empty: nothing to find
        const auto row = [](const char *name, const QString &path, const QByteArray &content, const QString &found) {
            QTest::newRow(name) << path << content << found;
        };
        row("shared knows nobody", u"shared/a.h"_s, licence + "#include \"server/sources/x.h\"\n",
            u"shared/a.h:2: \"server/sources/x.h\" is not for shared/ to know"_s);
        row("gateway does not know sources", u"server/gateway/a.cpp"_s, licence + "\n# include \"server/sources/x.h\"\n",
            u"server/gateway/a.cpp:3: \"server/sources/x.h\" is not for server/gateway/ to know"_s);
        row("sources do not know the gateway", u"server/sources/b/a.cpp"_s, licence + "#include \"server/gateway/x.h\"\n",
            u"server/sources/b/a.cpp:2: \"server/gateway/x.h\" is not for server/sources/ to know"_s);
        row("ui does not know sources", u"qml/a.cpp"_s, licence + "#include \"server/sources/x.h\"\n",
            u"qml/a.cpp:2: \"server/sources/x.h\" is not for qml/ to know"_s);
        row("nobody knows the app", u"server/sources/a.cpp"_s, licence + "#include \"app/x.h\"\n",
            u"server/sources/a.cpp:2: \"app/x.h\" is not for server/sources/ to know"_s);
        row("the app does not know tests", u"app/a.cpp"_s, licence + "#include \"tests/x.h\"\n",
            u"app/a.cpp:2: \"tests/x.h\" is not for app/ to know"_s);
        row("relative include", u"shared/a.h"_s, licence + "#include \"x.h\"\n",
            u"shared/a.h:2: \"x.h\" is not for shared/ to know"_s);
        row("no such file", u"shared/a.h"_s, licence + "#include \"shared/y.h\"\n",
            u"shared/a.h:2: \"shared/y.h\" does not name a file from the root"_s);
        row("no licence", u"shared/a.h"_s, "#pragma once\n",
            u"shared/a.h: the first line does not say SPDX-License-Identifier: GPL-3.0-or-later"_s);
        row("another licence", u"packaging/a.sh"_s, "#!/bin/sh\n# SPDX-License-Identifier: MIT\n",
            u"packaging/a.sh: the first line does not say SPDX-License-Identifier: GPL-3.0-or-later"_s);
        row("another folder", u"src/a.txt"_s, "x", u"src/: no such folder in the architecture"_s);
        row("import from outside", u"qml/pages/A.qml"_s, licence + "import \"../../resources\"\n",
            u"qml/pages/A.qml:2: \"../../resources\" is outside qml/"_s);

        row("allowed: app knows all", u"app/a.cpp"_s,
            licence + "#include \"server/sources/x.h\"\n#include \"server/gateway/x.h\"\n", {});
        row("allowed: own module", u"server/sources/a.cpp"_s, licence + "#include \"server/sources/x.h\"\n#include \"a.moc\"\n",
            {});
        row("allowed: system header", u"shared/a.h"_s, licence + "#include <QObject>\n", {});
        row("allowed: licence behind #!", u"packaging/a.sh"_s, "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n", {});
        row("allowed: import within", u"qml/pages/A.qml"_s, licence + "import \"../theme\"\n", {});
        row("allowed: build and hidden folders", u"build/dev/a.h"_s, "generated", {});
    }
    void aPlantedViolationIsFound()
    {
        QFETCH(QString, path);
        QFETCH(QByteArray, content);
        QFETCH(QString, found);
        const QTemporaryDir tree;
        plant(tree, u"server/sources/x.h"_s, licence);
        plant(tree, u"server/gateway/x.h"_s, licence);
        plant(tree, u"app/x.h"_s, licence);
        plant(tree, path, content);
        const QString root = tree.path();
        const QStringList all =
            brokenIncludeArrows(root) + brokenQmlImports(root) + strayTopFolders(root) + missingLicenceLines(root);
        QCOMPARE(all.join(u'\n'), found);
    }

private:
    static void plant(const QTemporaryDir &tree, const QString &path, const QByteArray &content)
    {
        const QString file = tree.filePath(path);
        QVERIFY(QDir().mkpath(QFileInfo(file).path()));
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(content) == content.size());
    }
};

QTEST_GUILESS_MAIN(TestArchitecture)
#include "test_architecture.moc"
