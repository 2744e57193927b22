// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// A bar that fills from the left.
Rectangle {
    id: root

    /// 0 to 1
    required property real value
    property color colour: Theme.accent
    property string name

    Accessible.name: name
    Accessible.role: Accessible.ProgressBar
    color: Theme.raised
    implicitHeight: Theme.px(6)
    radius: height / 2

    Rectangle {
        color: root.colour
        height: parent.height
        radius: parent.radius
        visible: root.value > 0
        width: Math.max(height, parent.width * Math.min(root.value, 1))
    }
}
