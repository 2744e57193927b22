// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// One feerate, as large as there is room for, and what a typical payment costs at it, small. A flat one is one line.
Rectangle {
    id: root

    required property string name
    required property string rate
    required property string cost
    required property bool known
    required property color swatch
    property bool flat: false

    Accessible.name: known ? qsTr("%1: %2 sat/vB, %3").arg(name).arg(rate).arg(cost) : qsTr("%1: no estimate yet").arg(name)
    Accessible.role: Accessible.StaticText
    color: Theme.raised
    implicitHeight: flat ? Theme.px(36) : Theme.px(78)
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
    ColumnLayout {
        anchors.left: parent.left
        anchors.leftMargin: Theme.px(20)
        anchors.right: parent.right
        anchors.rightMargin: Theme.px(8)
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0
        visible: !root.flat

        ThemedText {
            Layout.fillWidth: true
            color: Theme.dim
            font.pixelSize: Theme.small
            text: root.name
        }
        RowLayout {
            spacing: Theme.px(4)

            ThemedText {
                Layout.alignment: Qt.AlignBaseline
                color: root.known ? Theme.text : Theme.faint
                font.pixelSize: root.known ? Math.max(Theme.large, Math.min(Theme.px(36), Math.round(root.height * 0.32))) : Theme.medium
                font.weight: Font.Bold
                text: root.rate
            }
            ThemedText {
                Layout.alignment: Qt.AlignBaseline
                color: Theme.dim
                font.pixelSize: Theme.tiny
                text: qsTr("sat/vB")
                visible: root.known
            }
        }
        ThemedText {
            Layout.fillWidth: true
            color: Theme.faint
            font.pixelSize: Theme.small
            text: root.known ? root.cost : qsTr("no estimate yet")
        }
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.px(20)
        anchors.rightMargin: Theme.px(12)
        spacing: Theme.px(4)
        visible: root.flat

        ThemedText {
            Layout.fillWidth: true
            color: Theme.dim
            font.pixelSize: Theme.small
            text: root.name
        }
        ThemedText {
            Layout.alignment: Qt.AlignBaseline
            font.pixelSize: Theme.medium
            font.weight: Font.Bold
            text: root.rate
        }
        ThemedText {
            Layout.alignment: Qt.AlignBaseline
            color: Theme.dim
            font.pixelSize: Theme.tiny
            text: qsTr("sat/vB")
            visible: root.known
        }
    }
}
