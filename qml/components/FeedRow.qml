// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// One line of the live feed.
Item {
    id: root

    required property int kind
    required property string time
    required property string title
    required property string fullId
    required property string detail
    required property string brief
    required property string rate
    required property color swatch
    required property string spoken
    /// No room for everything: what matters most, and the rest under the pointer.
    property bool narrow: false

    readonly property bool ofChain: kind !== TransactionFeedModel.Transaction && kind !== TransactionFeedModel.Replacement
    readonly property color stress: kind === TransactionFeedModel.Disconnected || kind === TransactionFeedModel.Reorg ? Theme.bad : Theme.accent

    Accessible.name: spoken
    Accessible.role: Accessible.ListItem
    implicitHeight: Theme.px(25)

    RowLayout {
        anchors.fill: parent
        spacing: Theme.px(10)

        Rectangle {
            color: root.ofChain ? root.stress : root.swatch
            implicitHeight: Theme.px(9)
            implicitWidth: Theme.px(9)
            radius: root.ofChain ? Theme.px(2) : width / 2
        }
        ThemedText {
            Layout.preferredWidth: Theme.px(58)
            color: Theme.faint
            font.pixelSize: Theme.small
            text: root.time
        }
        ThemedText {
            Layout.preferredWidth: Theme.px(root.narrow ? 98 : 112)
            color: root.ofChain ? root.stress : Theme.text
            font.family: root.ofChain ? Theme.sans : Theme.mono
            font.pixelSize: Theme.small
            font.weight: root.ofChain ? Font.Bold : Font.Normal
            text: root.title
        }
        ThemedText {
            Layout.fillWidth: true
            color: root.kind === TransactionFeedModel.Replacement ? Theme.warning : Theme.dim
            font.pixelSize: Theme.small
            text: root.narrow ? root.brief : root.detail
        }
        ThemedText {
            Layout.preferredWidth: Theme.px(44)
            font.pixelSize: Theme.small
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignRight
            text: root.rate
        }
        ThemedText {
            Layout.leftMargin: -Theme.px(5)
            Layout.preferredWidth: Theme.px(38)
            color: Theme.faint
            font.pixelSize: Theme.tiny
            text: root.rate !== "" ? qsTr("sat/vB") : ""
            visible: !root.narrow
        }
    }
    HoverHandler {
        id: hover

        enabled: root.narrow
    }
    Hint {
        shown: hover.hovered
        text: root.title + "\n" + root.detail
    }
}
