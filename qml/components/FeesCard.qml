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

                Layout.columnSpan: flat ? 2 : 1
                Layout.fillHeight: !flat
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                // The node's minimum is a limit and not an offer.
                flat: index === 4
            }
        }
    }
}
