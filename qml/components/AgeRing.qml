// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// How long ago the last block came, as a clock in a ring that says how unusual that is.
Item {
    id: root

    required property TipModel tip

    Accessible.name: qsTr("%1 since the last block").arg(tip.age)
    Accessible.role: Accessible.StaticText
    implicitHeight: ring.height + (caption.visible ? caption.height + Theme.px(8) : 0)
    implicitWidth: Theme.px(116)

    ProgressRing {
        id: ring

        anchors.horizontalCenter: parent.horizontalCenter
        colour: root.tip.ageRank > 0.95 ? Theme.warning : Theme.accent
        height: width
        thickness: Theme.px(6)
        track: Theme.raised
        value: Math.max(root.tip.ageRank, 0)
        width: Theme.px(100)

        Column {
            anchors.centerIn: parent
            width: parent.width - Theme.px(20)

            ThemedText {
                font.pixelSize: Theme.px(21)
                font.weight: Font.Bold
                fontSizeMode: Text.HorizontalFit
                horizontalAlignment: Text.AlignHCenter
                minimumPixelSize: Theme.tiny
                text: root.tip.age
                width: parent.width
            }
            ThemedText {
                color: Theme.dim
                font.pixelSize: Theme.tiny
                fontSizeMode: Text.HorizontalFit
                horizontalAlignment: Text.AlignHCenter
                minimumPixelSize: Theme.px(8)
                text: qsTr("since block")
                width: parent.width
            }
        }
    }
    ThemedText {
        id: caption

        anchors.bottom: parent.bottom
        color: Theme.dim
        font.pixelSize: Theme.tiny
        horizontalAlignment: Text.AlignHCenter
        maximumLineCount: 2
        text: root.tip.ageRankText
        visible: text !== ""
        width: parent.width
        wrapMode: Text.WordWrap
    }
}
