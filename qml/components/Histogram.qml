// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import Tipwatch

/// How much waits at which feerate: a bar per band, its height the virtual size.
Item {
    id: root

    required property HistogramModel bands
    property bool empty: false

    Accessible.name: qsTr("Mempool by feerate")
    Accessible.role: Accessible.Chart

    ThemedText {
        id: peak

        color: Theme.faint
        font.pixelSize: Theme.tiny
        text: root.bands.peakText
        visible: !root.empty
    }
    Rectangle {
        anchors.top: bars.top
        width: parent.width
        color: Theme.line
        height: 1
        visible: !root.empty
    }
    Rectangle {
        anchors.bottom: bars.bottom
        color: Theme.line
        height: 1
        width: parent.width
    }
    Row {
        id: bars

        anchors.bottom: axis.top
        anchors.bottomMargin: Theme.px(4)
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: peak.bottom
        anchors.topMargin: Theme.px(3)

        Repeater {
            id: repeater

            model: root.bands

            delegate: Item {
                id: band

                required property int index
                required property double fraction
                required property string edge
                required property string range
                required property string sizeText
                required property string above
                required property color swatch

                Accessible.name: range + ": " + sizeText
                Accessible.role: Accessible.StaticText
                height: bars.height
                width: bars.width / Math.max(repeater.count, 1)

                Rectangle {
                    anchors.fill: parent
                    color: Theme.raised
                    visible: hover.hovered
                }
                Rectangle {
                    anchors.bottom: parent.bottom
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: band.swatch
                    height: band.fraction > 0 ? Math.max(Theme.px(2), parent.height * band.fraction) : 0
                    radius: Theme.px(2)
                    width: Math.max(2, parent.width - Theme.px(3))
                }
                HoverHandler {
                    id: hover

                    enabled: !root.empty
                }
                Hint {
                    delay: 0
                    shown: hover.hovered
                    text: band.range + "\n" + band.sizeText + "\n" + band.above
                }
                ThemedText {
                    anchors.top: parent.bottom
                    anchors.topMargin: Theme.px(4)
                    color: Theme.faint
                    elide: Text.ElideNone
                    font.pixelSize: Theme.tiny
                    text: band.edge
                    visible: text !== ""
                    x: -width / 2
                }
            }
        }
    }
    ThemedText {
        id: axis

        anchors.bottom: parent.bottom
        anchors.right: parent.right
        color: Theme.faint
        font.pixelSize: Theme.tiny
        text: qsTr("sat/vB")
    }
    ThemedText {
        anchors.centerIn: bars
        color: Theme.dim
        text: qsTr("Nothing waits for a block")
        visible: root.empty
    }
}
