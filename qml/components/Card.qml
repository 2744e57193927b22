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

        RowLayout {
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.px(20)
            spacing: Theme.px(10)
            visible: root.title !== ""

            ThemedText {
                color: Theme.dim
                font.weight: Font.DemiBold
                text: root.title
            }
            ThemedText {
                Layout.fillWidth: true
                font.weight: Font.DemiBold
                text: root.headline
            }
            Row {
                id: cornerRow

                Layout.alignment: Qt.AlignRight | Qt.AlignVCenter
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
