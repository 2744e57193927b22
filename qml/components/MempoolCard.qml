// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// What waits for a block: figures, memory, and the feerates.
Card {
    id: root

    required property MempoolModel mempool

    headline: qsTr("%1 tx · %2").arg(mempool.count).arg(mempool.size)
    title: qsTr("Mempool")

    corner: ThemedText {
        color: Theme.faint
        font.pixelSize: Theme.small
        text: qsTr("%1 blocks deep").arg(root.mempool.blocksDeep)
        visible: !root.mempool.empty
    }

    FactRow {
        figure: root.mempool.arriving
        name: qsTr("Arriving")
    }
    FactRow {
        figure: root.mempool.fees
        name: qsTr("Fees waiting")
    }
    FactRow {
        figure: root.mempool.undescribed
        name: qsTr("Still being read")
    }
    FactRow {
        figure: root.mempool.usage
        name: qsTr("Memory")
    }
    Meter {
        Layout.fillWidth: true
        colour: value > 0.9 ? Theme.warning : Theme.good
        name: qsTr("Memory in use")
        value: root.mempool.usageFraction
        visible: root.mempool.usage !== ""
    }
    Histogram {
        Layout.fillHeight: true
        Layout.fillWidth: true
        Layout.minimumHeight: Theme.px(96)
        Layout.topMargin: Theme.px(4)
        bands: root.mempool.histogram
        empty: root.mempool.empty
    }
}
