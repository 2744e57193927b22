// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// A titled surface. `headline` stands beside the title; `corner` takes items for the right end of the title's line.
Rectangle {
    id: root

    property string title
    property string headline
    property alias corner: cornerRow.data
    default property alias content: body.data

    Accessible.name: title
    Accessible.role: Accessible.Grouping
    border.color: Theme.line
    color: Theme.surface
    implicitHeight: column.implicitHeight + 2 * Theme.padding
    radius: Theme.radius

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.margins: Theme.padding
        spacing: Theme.px(10)

        // Anchored and not laid out: a layout of Qt 6.4 misses what changes its size while it cannot be seen.
        Item {
            Layout.fillWidth: true
            Layout.preferredHeight: Math.max(Theme.px(20), cornerRow.height)
            visible: root.title !== ""

            ThemedText {
                id: titleText

                anchors.verticalCenter: parent.verticalCenter
                color: Theme.dim
                font.weight: Font.DemiBold
                text: root.title
            }
            ThemedText {
                anchors.left: titleText.right
                anchors.leftMargin: Theme.px(10)
                anchors.right: cornerRow.left
                anchors.rightMargin: Theme.px(10)
                anchors.verticalCenter: parent.verticalCenter
                font.weight: Font.DemiBold
                text: root.headline
            }
            Row {
                id: cornerRow

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.tight
            }
        }
        ColumnLayout {
            id: body

            Layout.fillHeight: true
            Layout.fillWidth: true
            spacing: Theme.px(8)
        }
    }
}
