// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// What a transaction costs now, by how long it may take.
Card {
    id: root

    required property FeesModel fees

    title: qsTr("Fees")

    corner: ThemedText {
        color: Theme.faint
        font.pixelSize: Theme.small
        text: qsTr("for a payment of 141 vB")
    }

    GridLayout {
        Layout.fillHeight: true
        Layout.fillWidth: true
        columnSpacing: Theme.px(10)
        columns: 2
        rowSpacing: Theme.px(10)

        Repeater {
            model: root.fees

            delegate: FeeTile {
                required property int index

                Layout.columnSpan: index === 4 ? 2 : 1
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.maximumHeight: Theme.px(110)
                Layout.preferredWidth: 1
            }
        }
    }
}
