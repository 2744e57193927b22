// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// What a thing means, when the pointer rests on it.
ToolTip {
    id: root

    property bool shown: false
    /// A sentence, to be broken where it must be; else the lines are as they are.
    property bool prose: false

    contentWidth: prose ? Math.min(contentItem.implicitWidth, Theme.px(380)) : contentItem.implicitWidth
    delay: 400
    font.family: Theme.sans
    font.pixelSize: Theme.small
    padding: Theme.px(9)
    visible: shown && text !== ""

    background: Rectangle {
        border.color: Theme.line
        color: Theme.raisedHover
        radius: Theme.radiusSmall
    }
    contentItem: Text {
        color: Theme.text
        font: root.font
        text: root.text
        textFormat: Text.PlainText
        wrapMode: root.prose ? Text.Wrap : Text.NoWrap
    }
}
