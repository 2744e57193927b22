// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Tipwatch

/// What happens, as it happens.
Card {
    id: root

    required property TransactionFeedModel transactions

    readonly property bool narrow: width < Theme.px(700)

    headline: transactions.waiting
    title: qsTr("Live feed")

    component Choice: TextAction {
        required property int value

        checkable: true
        checked: root.transactions.filter === value

        onClicked: {
            root.transactions.filter = value;
            // A click on the checked one must not uncheck it.
            checked = Qt.binding(() => root.transactions.filter === value);
        }
    }

    corner: Row {
        spacing: Theme.px(2)

        Choice {
            hint: qsTr("Everything that happens")
            text: qsTr("All")
            value: TransactionFeedModel.All
        }
        Choice {
            hint: qsTr("Transactions that move ten coins or more")
            text: qsTr("Large")
            value: TransactionFeedModel.Large
        }
        Choice {
            hint: qsTr("Transactions that took another's place")
            text: qsTr("Replaced")
            value: TransactionFeedModel.Replaced
        }
        Choice {
            hint: qsTr("Blocks and reorgs")
            text: qsTr("Blocks")
            value: TransactionFeedModel.Blocks
        }
        TextAction {
            glyph: root.transactions.paused ? "play" : "pause"
            hint: root.transactions.paused ? qsTr("Go on") : qsTr("Hold still")

            onClicked: root.transactions.paused = !root.transactions.paused
        }
    }

    ThemedText {
        Layout.alignment: Qt.AlignRight
        Layout.bottomMargin: -Theme.px(6)
        Layout.rightMargin: Theme.px(8)
        Layout.topMargin: -Theme.px(6)
        color: Theme.faint
        font.pixelSize: Theme.tiny
        text: qsTr("sat/vB")
        visible: root.narrow
    }
    ListView {
        id: list

        Accessible.name: qsTr("Live feed")
        Accessible.role: Accessible.List
        Layout.fillHeight: true
        Layout.fillWidth: true
        Layout.minimumHeight: Theme.px(100)
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        keyNavigationEnabled: true
        model: root.transactions
        reuseItems: true

        ScrollBar.vertical: ScrollBar {
        }
        delegate: FeedRow {
            narrow: root.narrow
            width: list.width - Theme.px(8)
        }

        FocusRing {
            shown: list.activeFocus
        }
        ThemedText {
            anchors.centerIn: parent
            color: Theme.dim
            text: root.transactions.filter === TransactionFeedModel.All ? qsTr("Nothing has happened yet") : qsTr("Nothing of this kind yet")
            visible: list.count === 0
        }
    }
}
