// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// Shows where the keyboard is: around its parent, seen only while `shown`.
Rectangle {
    property bool shown: false

    anchors.fill: parent
    anchors.margins: -Theme.px(2)
    border.color: Theme.focus
    border.width: Theme.px(2)
    color: "transparent"
    radius: Theme.radiusSmall
    visible: shown
}
