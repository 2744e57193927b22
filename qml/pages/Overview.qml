// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Tipwatch

/// Everything at a glance. Three columns where they fit, else two and a scroll bar.
Item {
    id: root

    required property StatusModel status
    required property TipModel tip
    required property FeesModel fees
    required property BlocksModel blocks
    required property ProjectedBlocksModel projected
    required property NextBlockModel nextBlock
    required property MempoolModel mempool
    required property TransactionFeedModel transactions

    readonly property bool wide: width >= Theme.px(1240)
    /// What is shown is not what is: the node went away, or does not let us in any more.
    readonly property bool outdated: status.hasData && (status.status === DataStatus.Stale || status.status === DataStatus.Error)

    Notice {
        anchors.fill: parent
        status: root.status
        visible: !root.status.hasData
    }
    Rectangle {
        id: warning

        anchors.left: parent.left
        anchors.margins: Theme.gap
        anchors.right: parent.right
        anchors.top: parent.top
        border.color: root.status.status === DataStatus.Error ? Theme.bad : Theme.warning
        color: Theme.surface
        height: visible ? warningText.implicitHeight + Theme.px(22) : 0
        radius: Theme.radius
        visible: root.outdated

        Icon {
            id: warningIcon

            anchors.left: parent.left
            anchors.leftMargin: Theme.padding
            anchors.verticalCenter: parent.verticalCenter
            colour: root.status.status === DataStatus.Error ? Theme.bad : Theme.warning
            extent: Theme.px(20)
            name: "alert"
        }
        ThemedText {
            id: warningText

            Accessible.role: Accessible.AlertMessage
            anchors.left: warningIcon.right
            anchors.leftMargin: Theme.px(12)
            anchors.right: parent.right
            anchors.rightMargin: Theme.padding
            anchors.verticalCenter: parent.verticalCenter
            font.pixelSize: Theme.medium
            font.weight: Font.DemiBold
            maximumLineCount: 3
            text: root.status.headline
            wrapMode: Text.Wrap
        }
    }
    Flickable {
        id: scroller

        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: root.outdated ? warning.bottom : parent.top
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        contentHeight: Math.max(height, grid.implicitHeight + 2 * Theme.gap)
        opacity: root.outdated ? 0.6 : 1
        visible: root.status.hasData

        ScrollBar.vertical: ScrollBar {
        }

        GridLayout {
            id: grid

            columnSpacing: Theme.gap
            columns: root.wide ? 3 : 2
            height: scroller.contentHeight - 2 * Theme.gap
            rowSpacing: Theme.gap
            width: scroller.width - 2 * Theme.gap
            x: Theme.gap
            y: Theme.gap

            BlockTrain {
                Layout.columnSpan: grid.columns
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.maximumHeight: Theme.px(230)
                Layout.minimumHeight: Theme.px(root.wide ? 184 : 170)
                Layout.preferredHeight: Theme.px(root.wide ? 184 : 170)
                blocks: root.blocks
                projected: root.projected
                tip: root.tip
            }
            FeesCard {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(316)
                Layout.preferredWidth: 1
                fees: root.fees
            }
            NextBlockCard {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(316)
                Layout.preferredWidth: 1
                block: root.nextBlock
            }
            SizeChart {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(316)
                Layout.preferredWidth: 1
                history: root.mempool.history
            }
            TipCard {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: implicitHeight
                Layout.preferredWidth: 1
                tip: root.tip
            }
            MempoolCard {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: implicitHeight
                Layout.preferredWidth: 1
                mempool: root.mempool
            }
            FeedCard {
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(240)
                Layout.preferredWidth: 1
                transactions: root.transactions
            }
        }
    }
}
