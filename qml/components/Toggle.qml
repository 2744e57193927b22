// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Tipwatch

/// A switch with its name before it. It shows what is, not what was asked for: `on` is bound, `asked` tells what the person wants.
AbstractButton {
    id: root

    required property bool on

    signal asked(bool on)

    Accessible.checked: on
    Accessible.name: text
    Accessible.role: Accessible.CheckBox
    activeFocusOnTab: true
    font.family: Theme.sans
    font.pixelSize: Theme.body
    implicitHeight: Theme.px(28)
    implicitWidth: implicitContentWidth

    background: FocusRing {
        shown: root.visualFocus
    }
    contentItem: RowLayout {
        ThemedText {
            Layout.fillWidth: true
            font: root.font
            text: root.text
        }
        Rectangle {
            color: root.on ? Theme.good : Theme.line
            implicitHeight: Theme.px(20)
            implicitWidth: Theme.px(36)
            radius: height / 2

            Rectangle {
                color: Theme.dark ? "#ffffff" : Theme.surface
                height: width
                radius: width / 2
                width: parent.height - Theme.px(4)
                x: root.on ? parent.width - width - Theme.px(2) : Theme.px(2)
                y: Theme.px(2)

                Behavior on x  {
                    NumberAnimation {
                        duration: Theme.motionShort
                    }
                }
            }
        }
    }

    onClicked: asked(!on)
}
