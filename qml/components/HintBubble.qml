// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// What a Hint shows.
ToolTip {
    id: root

    property bool prose: false

    contentWidth: prose ? Math.min(contentItem.implicitWidth, Theme.px(380)) : contentItem.implicitWidth
    font.family: Theme.sans
    font.pixelSize: Theme.small
    padding: Theme.px(9)

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
