// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/ui.h"

#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QtPlugin>

Q_IMPORT_QML_PLUGIN(TipwatchPlugin)

namespace tipwatch {

struct Ui::Parts {
    EventBus &bus;
    std::function<ChainSnapshotPtr()> snapshot;
    const Clock &clock;
    UiOptions options;
    QQmlApplicationEngine engine;
};

Ui::Ui(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock, UiOptions options)
    : m_parts(new Parts{bus, std::move(snapshot), clock, std::move(options), {}})
{
}

Ui::~Ui() = default;

void Ui::show()
{
    m_parts->engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    m_parts->engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Tipwatch/Main.qml")));
    if (QQuickWindow *shown = window())
        shown->show();
}

QQuickWindow *Ui::window() const
{
    const auto roots = m_parts->engine.rootObjects();
    return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(roots.first());
}

void Ui::setGatewayStatus(const GatewayStatus &) {}

} // namespace tipwatch
