// SPDX-License-Identifier: GPL-3.0-or-later
// Runs quick/tst_*.qml against the module as it is in the program.
#include "qml/icon_provider.h"
#include "tests/qml/quick_bench.h"

#include <QApplication>
#include <QQmlEngine>
#include <QQmlExtensionPlugin>
#include <QtQuickTest>

Q_IMPORT_QML_PLUGIN(TipwatchPlugin)

namespace {

class Setup : public QObject {
    Q_OBJECT

public Q_SLOTS:
    void applicationAvailable() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
        engine->addImageProvider(QStringLiteral("icons"), new tipwatch::IconProvider);
        qmlRegisterType<tipwatch::test::QuickBench>("TipwatchTest", 1, 0, "Bench");
    }
};

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv); // Qt Charts needs it
    Setup setup;
    return quick_test_main_with_setup(argc, argv, "ui_quick_test", TIPWATCH_QUICK_TESTS, &setup);
}

#include "quick_test.moc"
