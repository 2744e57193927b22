// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// What unfolds below an item of the status strip. Esc and a click elsewhere close it.
Popup {
    id: root

    modal: false
    padding: Theme.padding
    y: parent ? parent.height + Theme.px(8) : 0

    background: Rectangle {
        border.color: Theme.line
        color: Theme.surface
        radius: Theme.radius
    }
    enter: Transition {
        NumberAnimation {
            duration: Theme.motionShort
            from: 0
            property: "opacity"
            to: 1
        }
    }
    exit: Transition {
        NumberAnimation {
            duration: Theme.motionShort
            property: "opacity"
            to: 0
        }
    }

    onOpened: contentItem.forceActiveFocus()
}
