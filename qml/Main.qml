// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Tipwatch

ApplicationWindow {
    id: window

    required property StatusModel status
    required property TipModel tip
    required property FeesModel fees
    required property BlocksModel blocks
    required property ProjectedBlocksModel projected
    required property NextBlockModel nextBlock
    required property MempoolModel mempool
    required property TransactionFeedModel transactions
    required property GatewayModel gateway
    required property Appearance appearance

    color: Theme.background
    height: 900
    minimumHeight: 600
    minimumWidth: 900
    title: tip.height !== "" ? qsTr("%1 · Tipwatch").arg(tip.height) : qsTr("Tipwatch")
    width: 1440

    header: Column {
        StatusStrip {
            appearance: window.appearance
            gateway: window.gateway
            status: window.status
            width: parent.width
        }
        Ribbon {
            strong: qsTr("SIMULATED")
            text: qsTr("Invented blocks and transactions. No node is connected.")
            visible: window.status.simulated
            width: parent.width
        }
    }

    Overview {
        anchors.fill: parent
        blocks: window.blocks
        fees: window.fees
        mempool: window.mempool
        nextBlock: window.nextBlock
        projected: window.projected
        status: window.status
        tip: window.tip
        transactions: window.transactions
    }

    Binding {
        property: "dark"
        target: Theme
        value: window.appearance.dark
    }
    Binding {
        property: "still"
        target: Theme
        value: window.appearance.reducedMotion
    }
    Binding {
        // A larger window shows larger type, so that it reads from farther away, and more of it: not all room goes into size.
        // In steps, or text would be laid out anew with every pixel of a resize.
        property: "scale"
        target: Theme
        value: Math.round(Math.pow(Math.max(1, Math.min(window.width / 1440, window.height / 900)), 0.65) * 16) / 16
    }
}
