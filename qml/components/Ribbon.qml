// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// A line across the whole window that cannot be overlooked.
Rectangle {
    id: root

    required property string strong
    required property string text

    Accessible.name: strong + " " + text
    Accessible.role: Accessible.AlertMessage
    color: Theme.alarm
    implicitHeight: Theme.px(28)

    Row {
        anchors.centerIn: parent
        spacing: Theme.px(10)

        ThemedText {
            color: Theme.inkOnAlarm
            font.letterSpacing: Theme.px(1)
            font.weight: Font.Bold
            text: root.strong
        }
        ThemedText {
            color: Theme.inkOnAlarm
            font.weight: Font.Medium
            text: root.text
            width: Math.min(implicitWidth, root.width - Theme.px(160))
        }
    }
}
