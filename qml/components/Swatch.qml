// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// A legend's entry.
Row {
    id: root

    required property color colour
    required property string text

    spacing: Theme.px(4)

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        color: root.colour
        height: width
        radius: Theme.px(2)
        width: Theme.px(9)
    }
    ThemedText {
        color: Theme.dim
        font.pixelSize: Theme.tiny
        text: root.text
    }
}
