// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/appearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QEvent>
#include <QGuiApplication>
#include <QPalette>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

// Qt 6.4 does not know the desktop's colour scheme; the settings portal does (org.freedesktop.portal.Settings).
const QString portalService = u"org.freedesktop.portal.Desktop"_s;
const QString portalPath = u"/org/freedesktop/portal/desktop"_s;
const QString portalInterface = u"org.freedesktop.portal.Settings"_s;
const QString appearanceGroup = u"org.freedesktop.appearance"_s;
const QString colourKey = u"color-scheme"_s;
const QString gnomeGroup = u"org.gnome.desktop.interface"_s;
const QString animationsKey = u"enable-animations"_s;

const QString themeSetting = u"window/theme"_s;
const QString motionSetting = u"window/reducedMotion"_s;

Appearance::Theme themeNamed(const QString &name)
{
    if (name == u"dark")
        return Appearance::Dark;
    return name == u"light" ? Appearance::Light : Appearance::System;
}

QString nameOf(Appearance::Theme theme)
{
    switch (theme) {
    case Appearance::Dark:
        return u"dark"_s;
    case Appearance::Light:
        return u"light"_s;
    case Appearance::System:
        break;
    }
    return u"system"_s;
}

} // namespace

Appearance::Appearance(QSettings &settings, const std::string &configured, bool reducedMotion)
    : m_settings(settings), m_theme(themeNamed(configured == "remembered" ? settings.value(themeSetting).toString()
                                                                          : QString::fromStdString(configured))),
      m_reducedMotion(reducedMotion || settings.value(motionSetting).toBool()),
      m_motionChosen(reducedMotion || settings.contains(motionSetting))
{
    qGuiApp->installEventFilter(this);
    askDesktop();
}

void Appearance::setTheme(Theme theme)
{
    if (theme == m_theme)
        return;
    m_theme = theme;
    m_settings.setValue(themeSetting, nameOf(theme));
    Q_EMIT changed();
}

void Appearance::setReducedMotion(bool reduced)
{
    m_motionChosen = true;
    m_settings.setValue(motionSetting, reduced);
    if (reduced == m_reducedMotion)
        return;
    m_reducedMotion = reduced;
    Q_EMIT changed();
}

bool Appearance::dark() const
{
    if (m_theme != System)
        return m_theme == Dark;
    if (m_desktop != Preference::None)
        return m_desktop == Preference::Dark;
    const QPalette palette = QGuiApplication::palette();
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

bool Appearance::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == qGuiApp && event->type() == QEvent::ApplicationPaletteChange)
        Q_EMIT changed();
    return QObject::eventFilter(watched, event);
}

void Appearance::askDesktop()
{
    // Without an address libdbus would start a bus of its own.
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS"))
        return;
    QDBusConnection::sessionBus().connect(portalService, portalPath, portalInterface, u"SettingChanged"_s, this,
                                          SLOT(desktopSaid(QString, QString, QDBusVariant)));
    ask(appearanceGroup, colourKey);
    ask(gnomeGroup, animationsKey);
}

void Appearance::ask(const QString &group, const QString &key)
{
    QDBusMessage call = QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, u"Read"_s);
    call << group << key;
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, group, key, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        watcher->deleteLater();
        if (reply.isValid())
            take(group, key, reply.value().variant());
    });
}

void Appearance::desktopSaid(const QString &group, const QString &key, const QDBusVariant &value)
{
    take(group, key, value.variant());
}

void Appearance::take(const QString &group, const QString &key, QVariant value)
{
    // Read wraps its answer in one variant too many.
    if (value.userType() == qMetaTypeId<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    if (group == appearanceGroup && key == colourKey) {
        const uint scheme = value.toUInt();
        m_desktop = scheme == 1 ? Preference::Dark : scheme == 2 ? Preference::Light : Preference::None;
    } else if (group == gnomeGroup && key == animationsKey && !m_motionChosen) {
        m_reducedMotion = !value.toBool();
    } else {
        return;
    }
    Q_EMIT changed();
}

} // namespace tipwatch
