// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtCharts
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// The mempool's size since the window opened, in bands of feerate. Qt Charts draws the areas; axes, legend and tooltip are ours, in
/// our type and without its margins.
Card {
    id: root

    required property SizeHistory history

    title: qsTr("Mempool over time")

    component Band: AreaSeries {
        required property int level

        axisX: timeAxis
        axisY: sizeAxis
        borderColor: "transparent"
        borderWidth: 0
        color: root.history.bandColour(level)
        opacity: 0.92

        Component.onCompleted: root.history.draw(level, upperSeries)
    }

    corner: ThemedText {
        color: Theme.faint
        font.pixelSize: Theme.small
        text: qsTr("MvB since start")
    }

    Flow {
        Layout.fillWidth: true
        spacing: Theme.px(10)

        Repeater {
            model: root.history.bandCount

            delegate: Swatch {
                required property int index
                readonly property int band: root.history.bandCount - 1 - index

                colour: root.history.bandColour(band)
                text: root.history.bandName(band)
            }
        }
        ThemedText {
            color: Theme.faint
            font.pixelSize: Theme.tiny
            text: qsTr("sat/vB")
        }
    }
    Item {
        id: chartArea

        Layout.fillHeight: true
        Layout.fillWidth: true
        Layout.minimumHeight: Theme.px(120)

        Item {
            id: plot

            readonly property LineSeries edge0: LineSeries {
            }
            readonly property LineSeries edge1: LineSeries {
            }
            readonly property LineSeries edge2: LineSeries {
            }
            readonly property LineSeries edge3: LineSeries {
            }
            readonly property LineSeries edge4: LineSeries {
            }

            Accessible.name: qsTr("Mempool size over time")
            Accessible.role: Accessible.Chart
            anchors.bottomMargin: Theme.px(20)
            anchors.fill: parent
            anchors.leftMargin: Theme.px(34)
            anchors.topMargin: Theme.px(6)

            Repeater {
                model: root.history.ready ? root.history.sizeMarks : []

                delegate: Rectangle {
                    id: sizeMark

                    required property axisMark modelData

                    color: Theme.line
                    height: 1
                    width: plot.width
                    y: Math.round(plot.height * (1 - modelData.position))

                    ThemedText {
                        anchors.right: parent.left
                        anchors.rightMargin: Theme.px(6)
                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.faint
                        elide: Text.ElideNone
                        font.pixelSize: Theme.tiny
                        text: sizeMark.modelData.text
                    }
                }
            }
            ChartView {
                id: chart

                anchors.fill: parent
                antialiasing: true
                backgroundColor: "transparent"
                backgroundRoundness: 0
                dropShadowEnabled: false
                legend.visible: false
                margins.bottom: 0
                margins.left: 0
                margins.right: 0
                margins.top: 0
                plotArea: Qt.rect(0, 0, width, height)

                // Of the two names that this type has, qmllint 6.4 knows only this one.
                ValuesAxis {
                    id: timeAxis

                    max: 1
                    min: 0
                    visible: false
                }
                ValuesAxis {
                    id: sizeAxis

                    max: root.history.maximum
                    min: 0
                    visible: false
                }
                // One on the other, the cheapest at the bottom.
                Band {
                    level: 0
                    upperSeries: plot.edge0
                }
                Band {
                    level: 1
                    lowerSeries: plot.edge0
                    upperSeries: plot.edge1
                }
                Band {
                    level: 2
                    lowerSeries: plot.edge1
                    upperSeries: plot.edge2
                }
                Band {
                    level: 3
                    lowerSeries: plot.edge2
                    upperSeries: plot.edge3
                }
                Band {
                    level: 4
                    lowerSeries: plot.edge3
                    upperSeries: plot.edge4
                }
            }
            Repeater {
                model: root.history.blockMarks

                delegate: Rectangle {
                    id: blockMark

                    required property axisMark modelData

                    color: Theme.accent
                    height: Theme.px(7)
                    opacity: 0.9
                    radius: 1
                    width: Theme.px(2)
                    x: plot.width * modelData.position - width / 2
                    y: plot.height - height
                }
            }
            Repeater {
                model: root.history.timeMarks

                delegate: ThemedText {
                    required property axisMark modelData

                    color: Theme.faint
                    elide: Text.ElideNone
                    font.pixelSize: Theme.tiny
                    text: modelData.text
                    x: Math.min(Math.max(plot.width * modelData.position - width / 2, -plot.x), plot.width - width)
                    y: plot.height + Theme.px(5)
                }
            }
            Rectangle {
                id: cursor

                readonly property real place: hover.hovered && root.history.ready ? root.history.nearest(hover.point.position.x / plot.width) : -1

                color: Theme.text
                height: plot.height
                visible: place >= 0
                width: 1
                x: plot.width * place

                Hint {
                    delay: 0
                    shown: cursor.visible
                    text: cursor.visible ? root.history.describe(cursor.place) : ""
                }
            }
            HoverHandler {
                id: hover
            }
            ThemedText {
                anchors.centerIn: parent
                color: Theme.dim
                text: qsTr("The chart grows from here")
                visible: !root.history.ready
            }
        }
    }
}
