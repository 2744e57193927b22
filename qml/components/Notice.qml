// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// Stands where the data would be while there is none: what state we are in, and the sentence that explains it.
Item {
    id: root

    required property StatusModel status

    Accessible.description: status.reason
    Accessible.name: heading.text
    Accessible.role: Accessible.AlertMessage

    Column {
        anchors.centerIn: parent
        spacing: Theme.px(14)
        width: Math.min(parent.width - 2 * Theme.padding, Theme.px(680))

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            colour: root.status.status === DataStatus.Error ? Theme.bad : Theme.faint
            extent: Theme.px(56)
            name: root.status.status === DataStatus.Error ? "alert" : "plug"
        }
        ThemedText {
            id: heading

            font.pixelSize: Theme.huge
            font.weight: Font.Bold
            horizontalAlignment: Text.AlignHCenter
            text: {
                switch (root.status.status) {
                case DataStatus.Error:
                    return qsTr("The node cannot be read");
                case DataStatus.Syncing:
                    return root.status.stateText;
                case DataStatus.Stale:
                    return qsTr("The node does not answer");
                default:
                    return qsTr("Connecting to the node");
                }
            }
            width: parent.width
        }
        ThemedText {
            color: root.status.status === DataStatus.Error ? Theme.text : Theme.dim
            font.pixelSize: Theme.px(18)
            horizontalAlignment: Text.AlignHCenter
            lineHeight: 1.25
            maximumLineCount: 6
            text: root.status.reason
            visible: text !== ""
            width: parent.width
            wrapMode: Text.Wrap
        }
        Meter {
            anchors.horizontalCenter: parent.horizontalCenter
            name: qsTr("Progress")
            value: root.status.progress
            visible: root.status.status === DataStatus.Syncing && root.status.progress > 0
            width: Theme.px(320)
        }
        ThemedText {
            color: Theme.faint
            font.family: Theme.mono
            font.pixelSize: Theme.small
            horizontalAlignment: Text.AlignHCenter
            text: root.status.node
            visible: text !== ""
            width: parent.width
        }
    }
}
