// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// The head of the chain.
Card {
    id: root

    required property TipModel tip

    title: qsTr("Tip")

    corner: ThemedText {
        color: Theme.faint
        font.pixelSize: Theme.small
        text: qsTr("%1 old").arg(root.tip.age)
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.px(10)

        ThemedText {
            Accessible.name: qsTr("Height %1").arg(root.tip.height)
            font.pixelSize: Theme.huge
            font.weight: Font.Bold
            text: root.tip.height
        }
        ThemedText {
            Layout.alignment: Qt.AlignBaseline
            Layout.fillWidth: true
            color: Theme.dim
            text: root.tip.miner
        }
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.px(4)

        ThemedText {
            Layout.fillWidth: true
            Accessible.name: qsTr("Hash %1").arg(root.tip.hash)
            color: Theme.dim
            elide: Text.ElideMiddle
            font.family: Theme.mono
            font.pixelSize: Theme.small
            text: root.tip.hash
        }
        CopyButton {
            hint: qsTr("Copy the block's hash")
            value: root.tip.hash
        }
    }
    FactRow {
        figure: root.tip.minedAt
        name: qsTr("Mined")
    }
    FactRow {
        figure: root.tip.headersAhead
        ink: Theme.warning
        name: qsTr("Headers ahead")
    }
    FactRow {
        figure: root.tip.difficulty
        name: qsTr("Difficulty")
    }
    FactRow {
        figure: root.tip.periodText
        name: qsTr("Difficulty period")
    }
    Meter {
        Layout.fillWidth: true
        name: qsTr("Progress of the difficulty period")
        value: root.tip.periodFraction
        visible: root.tip.periodText !== ""
    }
    FactRow {
        figure: root.tip.changeText
        name: qsTr("Next change")
    }
    FactRow {
        figure: root.tip.halvingText
        name: qsTr("Next halving in")
    }
    Item {
        Layout.fillHeight: true
    }
}
