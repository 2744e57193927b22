// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QSettings>
#include <QString>
#include <QVariant>
#include <QtQml/qqmlregistration.h>

namespace tipwatch {

/// Dark or light, still or moving: what the desktop says unless the person says otherwise. The person's word is remembered.
class Appearance : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(Theme theme READ theme WRITE setTheme NOTIFY changed)
    /// What the theme comes to.
    Q_PROPERTY(bool dark READ dark NOTIFY changed)
    /// Nothing slides or fades.
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY changed)

public:
    enum Theme { System, Dark, Light };
    Q_ENUM(Theme)

    /// @p settings must outlive this. @p configured is "system", "dark", "light", or "remembered": what was last chosen in the window.
    Appearance(QSettings &settings, const std::string &configured, bool reducedMotion);

    Theme theme() const { return m_theme; }
    void setTheme(Theme theme);
    bool dark() const;
    bool reducedMotion() const { return m_reducedMotion; }
    void setReducedMotion(bool reduced);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private Q_SLOTS:
    void desktopSaid(const QString &group, const QString &key, const QDBusVariant &value);

private:
    enum class Preference { None, Dark, Light };

    void askDesktop();
    void ask(const QString &group, const QString &key);
    void take(const QString &group, const QString &key, QVariant value);

    QSettings &m_settings;
    Theme m_theme = System;
    Preference m_desktop = Preference::None;
    bool m_reducedMotion = false;
    bool m_motionChosen = false; ///< by the person or the command line: the desktop is not followed
};

} // namespace tipwatch
