// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import Tipwatch

/// One mined block of the train. A disconnected one has fallen off: grey, lowered, and says so.
Item {
    id: root

    required property string heightText
    required property string feerate
    required property string range
    required property string withoutFeerate
    required property string transactions
    required property string sizeText
    required property string miner
    required property string age
    required property string hint
    required property string spoken
    required property double fullness
    required property color fill
    required property color edge
    required property bool feesKnown
    required property bool stale
    /// Room for all lines; without it the range is left out.
    readonly property bool roomy: height >= Theme.px(150)
    readonly property color ink: stale ? Theme.inkOnStale : feesKnown ? Theme.inkOnFill : Theme.text

    Accessible.description: spoken
    Accessible.name: qsTr("Block %1").arg(heightText)
    Accessible.role: Accessible.ListItem

    Rectangle {
        id: body

        readonly property color tone: root.stale ? Theme.staleCar : root.feesKnown ? root.fill : Theme.raised

        height: parent.height
        opacity: root.stale ? 0.8 : 1
        radius: Theme.px(10)
        width: parent.width

        gradient: Gradient {
            GradientStop {
                color: body.tone
                position: 0
            }
            GradientStop {
                color: root.stale || !root.feesKnown ? body.tone : Qt.darker(body.tone, 1.28)
                position: 1
            }
        }
        transform: Rotation {
            angle: root.stale ? 2 : 0
            origin.x: body.width / 2
            origin.y: body.height

            Behavior on angle  {
                NumberAnimation {
                    duration: Theme.motion
                    easing.type: Easing.OutBack
                }
            }
        }

        // How full the block is.
        Rectangle {
            anchors.bottom: parent.bottom
            anchors.left: parent.left
            anchors.margins: Theme.px(10)
            anchors.right: parent.right
            color: Qt.rgba(root.ink.r, root.ink.g, root.ink.b, 0.22)
            height: Theme.px(4)
            radius: height / 2

            Rectangle {
                color: Qt.rgba(root.ink.r, root.ink.g, root.ink.b, 0.8)
                height: parent.height
                radius: parent.radius
                width: Math.max(height, parent.width * root.fullness)
            }
        }
        ThemedText {
            id: title

            color: root.ink
            font.strikeout: root.stale
            font.weight: Font.Bold
            text: root.heightText
            width: parent.width - 2 * x
            x: Theme.px(10)
            y: Theme.px(9)
        }
        Row {
            anchors.top: title.bottom
            anchors.topMargin: root.roomy ? Theme.px(14) : Theme.px(4)
            spacing: Theme.px(4)
            visible: root.feesKnown
            x: Theme.px(10)

            ThemedText {
                id: rate

                color: root.ink
                font.pixelSize: Theme.px(19)
                font.weight: Font.Bold
                text: root.feerate
            }
            ThemedText {
                anchors.baseline: rate.baseline
                color: root.ink
                font.pixelSize: Theme.tiny
                text: qsTr("sat/vB")
            }
        }
        ThemedText {
            anchors.top: title.bottom
            anchors.topMargin: root.roomy ? Theme.px(16) : Theme.px(6)
            color: root.stale ? root.ink : Theme.dim
            font.pixelSize: Theme.small
            text: root.withoutFeerate
            visible: !root.feesKnown
            width: parent.width - 2 * x
            x: Theme.px(10)
        }
        Column {
            id: lines

            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.px(20)
            spacing: Theme.px(2)
            width: parent.width - 2 * x
            x: Theme.px(10)

            Line {
                text: root.range
                visible: root.roomy && root.feesKnown
            }
            Line {
                text: root.transactions + " · " + root.sizeText
            }
            Line {
                text: root.miner
            }
            Line {
                font.weight: root.stale ? Font.Bold : Font.Normal
                text: root.stale ? qsTr("Disconnected") : root.age
            }
        }
    }

    component Line: ThemedText {
        color: root.ink
        font.pixelSize: Theme.tiny
        visible: text !== ""
        width: lines.width
    }

    HoverHandler {
        id: hover
    }
    Hint {
        shown: hover.hovered
        text: root.hint
    }
}
