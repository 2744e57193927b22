// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// One feerate, large, and what a typical payment costs at it, small.
Rectangle {
    id: root

    required property string name
    required property string rate
    required property string cost
    required property bool known
    required property color swatch

    Accessible.name: known ? qsTr("%1: %2 sat/vB, %3").arg(name).arg(rate).arg(cost) : qsTr("%1: no estimate yet").arg(name)
    Accessible.role: Accessible.StaticText
    color: Theme.raised
    implicitHeight: column.implicitHeight + Theme.px(18)
    radius: Theme.radiusSmall

    Rectangle {
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.margins: Theme.px(9)
        anchors.top: parent.top
        color: root.swatch
        radius: width / 2
        visible: root.known
        width: Theme.px(3)
    }
    Column {
        id: column

        anchors.left: parent.left
        anchors.leftMargin: Theme.px(20)
        anchors.right: parent.right
        anchors.rightMargin: Theme.px(8)
        anchors.verticalCenter: parent.verticalCenter

        ThemedText {
            color: Theme.dim
            font.pixelSize: Theme.small
            text: root.name
            width: parent.width
        }
        Row {
            spacing: Theme.px(4)

            ThemedText {
                id: figure

                color: root.known ? Theme.text : Theme.faint
                font.pixelSize: Theme.large
                font.weight: Font.Bold
                text: root.rate
            }
            ThemedText {
                anchors.baseline: figure.baseline
                color: Theme.dim
                font.pixelSize: Theme.tiny
                text: qsTr("sat/vB")
                visible: root.known
            }
        }
        ThemedText {
            color: Theme.faint
            font.pixelSize: Theme.tiny
            text: root.known ? root.cost : qsTr("no estimate yet")
            width: parent.width
        }
    }
}
