// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// A small button: an icon, a word, or both. A checked one is filled.
AbstractButton {
    id: root

    property string glyph
    property string hint

    Accessible.description: hint
    Accessible.name: text !== "" ? text : hint
    Accessible.role: checkable ? Accessible.RadioButton : Accessible.Button
    activeFocusOnTab: true
    font.family: Theme.sans
    font.pixelSize: Theme.small
    font.weight: checked ? Font.DemiBold : Font.Medium
    hoverEnabled: true
    implicitHeight: Theme.px(26)
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    leftPadding: Theme.px(8)
    rightPadding: Theme.px(8)
    topPadding: 0
    bottomPadding: 0

    background: Rectangle {
        color: root.down || root.checked ? Theme.raisedHover : root.hovered ? Theme.raised : "transparent"
        radius: Theme.radiusSmall

        FocusRing {
            shown: root.visualFocus
        }
    }
    contentItem: Item {
        implicitWidth: children[0].width

        Row {
            anchors.centerIn: parent
            spacing: Theme.px(5)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                colour: root.checked ? Theme.text : Theme.dim
                extent: Theme.px(15)
                name: root.glyph
                visible: root.glyph !== ""
            }
            ThemedText {
                anchors.verticalCenter: parent.verticalCenter
                color: root.checked ? Theme.text : Theme.dim
                font: root.font
                text: root.text
                visible: text !== ""
            }
        }
    }

    Hint {
        shown: root.hovered
        text: root.hint
    }
}
