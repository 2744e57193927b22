// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

/// A word or two in a capsule: what matters strong, the rest dim, a dot or an icon before it. `active` ones can be pressed.
AbstractButton {
    id: root

    property string strong
    property string rest
    property color dot: "transparent"
    property string glyph
    property color glyphColour: Theme.dim
    property string hint
    property bool active: false

    Accessible.description: hint
    Accessible.name: strong + " " + rest
    Accessible.role: active ? Accessible.Button : Accessible.StaticText
    activeFocusOnTab: active
    hoverEnabled: true
    implicitHeight: Theme.px(28)
    padding: 0
    leftPadding: Theme.px(11)
    rightPadding: Theme.px(11)
    implicitWidth: implicitContentWidth + leftPadding + rightPadding

    background: Rectangle {
        color: root.active && (root.hovered || root.down) ? Theme.raisedHover : Theme.raised
        radius: height / 2

        FocusRing {
            radius: height / 2
            shown: root.visualFocus
        }
    }
    contentItem: Row {
        spacing: Theme.px(7)

        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            color: root.dot
            height: width
            radius: width / 2
            visible: root.dot.a > 0
            width: Theme.px(9)
        }
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            colour: root.glyphColour
            name: root.glyph
            visible: root.glyph !== ""
        }
        ThemedText {
            anchors.verticalCenter: parent.verticalCenter
            font.pixelSize: Theme.small
            font.weight: Font.DemiBold
            text: root.strong
            visible: text !== ""
        }
        ThemedText {
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.dim
            font.pixelSize: Theme.small
            text: root.rest
            visible: text !== ""
        }
    }

    Hint {
        prose: true
        shown: root.hovered
        text: root.hint
    }
}
