// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import Tipwatch

/// A block of the train that is not found yet: a dashed box that fills up. The last one can stand for all the rest, drawn as a stack.
Item {
    id: root

    required property string when
    required property string number
    required property string rate
    required property string range
    required property string transactions
    required property string sizeText
    required property string fees
    required property string hint
    required property string spoken
    required property double fullness
    required property color swatch
    required property bool empty
    required property bool rest
    /// Room for all lines.
    readonly property bool roomy: height >= Theme.px(150)
    readonly property real inset: Theme.px(10)
    /// How far what is behind it looks out.
    readonly property real behind: rest ? Theme.px(4) : 0

    Accessible.description: spoken
    Accessible.name: rest ? qsTr("%1 more").arg(when) : qsTr("Projected block %1").arg(number)
    Accessible.role: Accessible.ListItem

    // What is behind it, if it stands for more than itself.
    Repeater {
        model: root.rest ? 2 : 0

        Rectangle {
            required property int index

            border.color: Theme.dashes
            color: Theme.raised
            height: root.height - 3 * root.behind * (2 - index)
            opacity: index === 0 ? 0.5 : 0.8
            radius: body.radius
            width: root.width / 2
            x: root.behind * index
            y: 1.5 * root.behind * (2 - index)
        }
    }
    Rectangle {
        anchors.fill: body
        color: root.rest ? Theme.surface : "transparent"
        radius: body.radius
    }
    FillingBlock {
        id: body

        function blended(tone: color, opacity: real): color {
            return Qt.rgba(tone.r, tone.g, tone.b, opacity);
        }

        anchors.fill: parent
        anchors.leftMargin: 2 * root.behind
        colour: blended(root.swatch, root.rest ? 0.18 : 0.42)
        edge: Theme.dashes
        foot: blended(root.swatch, root.rest ? 0.08 : 0.22)
        level: root.empty ? 0 : root.fullness
        radius: Theme.px(10)
        thickness: Theme.px(1.5)

        Behavior on level  {
            enabled: !Theme.still

            NumberAnimation {
                duration: Theme.motion
                easing.type: Easing.OutCubic
            }
        }
    }
    ThemedText {
        id: title

        anchors.left: parent.left
        anchors.leftMargin: root.inset + 2 * root.behind
        anchors.right: order.left
        anchors.rightMargin: Theme.px(4)
        font.weight: Font.Bold
        text: root.when
        y: Theme.px(9)
    }
    ThemedText {
        id: order

        anchors.baseline: title.baseline
        anchors.right: parent.right
        anchors.rightMargin: Theme.px(10)
        color: Theme.dim
        font.pixelSize: Theme.tiny
        text: root.rest ? "" : root.number
    }
    Row {
        anchors.top: title.bottom
        anchors.topMargin: root.roomy ? Theme.px(14) : Theme.px(4)
        spacing: Theme.px(4)
        visible: root.rate !== ""
        x: title.x

        ThemedText {
            id: figure

            font.pixelSize: Theme.px(19)
            font.weight: Font.Bold
            text: root.rate
        }
        ThemedText {
            anchors.baseline: figure.baseline
            color: Theme.dim
            font.pixelSize: Theme.tiny
            text: qsTr("sat/vB")
        }
    }
    ThemedText {
        anchors.top: title.bottom
        anchors.topMargin: root.roomy ? Theme.px(16) : Theme.px(6)
        color: Theme.dim
        font.pixelSize: Theme.small
        maximumLineCount: 2
        text: root.empty ? qsTr("Empty so far") : qsTr("behind these")
        visible: root.rate === ""
        width: parent.width - x - root.inset
        wrapMode: Text.WordWrap
        x: title.x
    }
    Column {
        id: lines

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.px(10)
        spacing: Theme.px(2)
        width: parent.width - x - root.inset
        x: title.x

        Line {
            text: root.range
            visible: text !== "" && (root.roomy || root.rest)
        }
        Line {
            text: root.transactions
        }
        Line {
            text: root.sizeText
        }
        Line {
            text: root.fees
            visible: text !== "" && root.roomy
        }
    }

    component Line: ThemedText {
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
