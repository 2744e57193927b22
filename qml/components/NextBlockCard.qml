// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// What the next block would be made of: a rectangle for each transaction.
Card {
    id: root

    required property NextBlockModel block

    headline: block.empty ? "" : block.count
    title: qsTr("Next block")

    component Choice: TextAction {
        required property int value

        checkable: true
        checked: map.colouring === value

        onClicked: {
            map.colouring = value;
            // A click on the checked one must not uncheck it.
            checked = Qt.binding(() => map.colouring === value);
        }
    }

    corner: Row {
        spacing: Theme.px(2)
        visible: !root.block.empty

        Choice {
            hint: qsTr("Colours say what each pays")
            text: qsTr("Feerate")
            value: TransactionTreemap.ByFeerate
        }
        Choice {
            hint: qsTr("Colours say how long each has waited")
            text: qsTr("Age")
            value: TransactionTreemap.ByAge
        }
        Choice {
            hint: qsTr("Colours say what kind of transaction it is")
            text: qsTr("Kind")
            value: TransactionTreemap.ByKind
        }
    }

    TransactionTreemap {
        id: map

        Accessible.description: hasCurrent ? currentText : root.block.spoken
        Accessible.focusable: true
        Accessible.name: qsTr("Transactions of the next block")
        Accessible.role: Accessible.Chart
        Layout.fillHeight: true
        Layout.fillWidth: true
        Layout.minimumHeight: Theme.px(120)
        block: root.block
        ground: Theme.surface
        motion: Theme.motion
        objectName: "nextBlockTreemap"

        onChosen: txid => {
            clipboard.copy(txid);
            copied.restart();
        }

        Rectangle {
            border.color: Theme.text
            border.width: Theme.px(2)
            color: "transparent"
            height: map.currentArea.height + Theme.px(2)
            visible: map.hasCurrent
            width: map.currentArea.width + Theme.px(2)
            x: map.currentArea.x - Theme.px(1)
            y: map.currentArea.y - Theme.px(1)

            Hint {
                delay: 0
                shown: map.hasCurrent
                text: map.currentText + "\n" + (copied.running ? qsTr("The txid is copied") : qsTr("Click copies the txid"))
            }
        }
        FocusRing {
            shown: map.activeFocus
        }
        ThemedText {
            anchors.centerIn: parent
            color: Theme.dim
            text: root.block.empty ? qsTr("Nothing waits for a block") : qsTr("Its transactions are being read…")
            visible: root.block.empty || root.block.reading
        }
        Clipboard {
            id: clipboard
        }
        Timer {
            id: copied

            interval: 1500
        }
    }
    Item {
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.px(16)
        visible: !root.block.empty

        Row {
            id: scale

            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.px(7)
            visible: map.colouring !== TransactionTreemap.ByKind

            LegendText {
                text: map.colouring === TransactionTreemap.ByAge ? qsTr("a day") : root.block.lowestText
            }
            Row {
                anchors.verticalCenter: parent.verticalCenter

                Repeater {
                    id: steps

                    model: 24

                    Rectangle {
                        required property int index

                        color: {
                            // Named, so that it is worked out anew with them.
                            [map.colouring, root.block.lowest, root.block.highest];
                            return map.scaleColour(index / (steps.count - 1));
                        }
                        height: Theme.px(7)
                        width: Theme.px(5)
                    }
                }
            }
            LegendText {
                text: map.colouring === TransactionTreemap.ByAge ? qsTr("just now") : qsTr("%1 sat/vB").arg(root.block.highestText)
            }
        }
        Row {
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.px(10)
            visible: !scale.visible

            Repeater {
                model: map.kinds()

                Swatch {
                    required property int index

                    colour: map.colourOfKind(index)
                    text: map.nameOfKind(index)
                }
            }
        }
        LegendText {
            anchors.right: parent.right
            text: root.block.fullness + " · " + root.block.fees
            visible: scale.visible
        }
    }

    component LegendText: ThemedText {
        anchors.verticalCenter: parent.verticalCenter
        color: Theme.dim
        font.pixelSize: Theme.tiny
    }
}
