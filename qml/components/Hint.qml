// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// What its parent means, when the pointer rests on it. There is nothing behind it until then: there are hundreds.
Loader {
    id: root

    property bool shown: false
    property string text
    property int delay: 400
    /// A sentence, to be broken where it must be; else the lines are as they are.
    property bool prose: false

    active: shown && text !== ""

    sourceComponent: ToolTip {
        id: bubble

        contentWidth: root.prose ? Math.min(contentItem.implicitWidth, Theme.px(380)) : contentItem.implicitWidth
        delay: root.delay
        font.family: Theme.sans
        font.pixelSize: Theme.small
        padding: Theme.px(9)
        parent: root.parent
        text: root.text
        visible: true

        background: Rectangle {
            border.color: Theme.line
            color: Theme.raisedHover
            radius: Theme.radiusSmall
        }
        contentItem: Text {
            color: Theme.text
            font: bubble.font
            text: bubble.text
            textFormat: Text.PlainText
            wrapMode: root.prose ? Text.Wrap : Text.NoWrap
        }
    }
}
