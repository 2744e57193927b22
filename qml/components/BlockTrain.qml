// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// What is to be mined, dashed, up to a "now" with the age of the tip; then the mined blocks, the newest first. A found block slides across.
Card {
    id: root

    required property BlocksModel blocks
    required property ProjectedBlocksModel projected
    required property TipModel tip

    Item {
        id: track

        readonly property int spacing: Theme.px(10)
        /// As many whole cars as fit, together as wide as the track; "now" stands among them.
        readonly property real room: width - now.width - 2 * Theme.gap
        readonly property int places: Math.max(2, Math.floor((room + 2 * spacing) / (Theme.px(122) + spacing)))
        readonly property int ahead: Math.max(1, Math.round(places * 0.4))
        readonly property real carWidth: Math.floor((room - (places - 2) * spacing) / places)

        Layout.fillHeight: true
        Layout.fillWidth: true
        clip: true

        Binding {
            property: "places"
            target: root.projected
            value: track.ahead
        }
        Row {
            id: future

            Accessible.name: qsTr("Projected blocks")
            Accessible.role: Accessible.List
            height: parent.height
            layoutDirection: Qt.RightToLeft
            spacing: track.spacing
            width: track.ahead * (track.carWidth + track.spacing) - track.spacing

            add: Transition {
                enabled: !Theme.still

                NumberAnimation {
                    duration: Theme.motion
                    from: 0
                    property: "opacity"
                    to: 1
                }
            }
            move: Transition {
                enabled: !Theme.still

                NumberAnimation {
                    duration: Theme.motion
                    easing.type: Easing.OutCubic
                    property: "x"
                }
                // An arrival that is moved before it is there must not stay half seen.
                NumberAnimation {
                    duration: Theme.motion
                    property: "opacity"
                    to: 1
                }
            }

            Repeater {
                model: root.projected

                delegate: ProjectedCar {
                    height: track.height
                    width: track.carWidth
                }
            }
        }
        AgeRing {
            id: now

            anchors.left: future.right
            anchors.leftMargin: Theme.gap
            anchors.verticalCenter: parent.verticalCenter
            tip: root.tip
        }
        Row {
            id: cars

            Accessible.name: qsTr("Mined blocks")
            Accessible.role: Accessible.List
            anchors.left: now.right
            anchors.leftMargin: Theme.gap
            height: parent.height
            spacing: track.spacing

            add: Transition {
                enabled: !Theme.still

                // From where it was while it was the next one.
                NumberAnimation {
                    duration: 2 * Theme.motion
                    easing.type: Easing.InOutCubic
                    from: future.width - track.carWidth - cars.x
                    property: "x"
                }
            }
            move: Transition {
                enabled: !Theme.still

                NumberAnimation {
                    duration: 2 * Theme.motion
                    easing.type: Easing.InOutCubic
                    property: "x"
                }
            }

            Repeater {
                model: root.blocks

                delegate: BlockCar {
                    height: track.height
                    Accessible.ignored: opacity === 0
                    // Not drawn beyond the end. Were it invisible, the row would leave it out and never bring it back.
                    opacity: cars.x + x < track.width ? 1 : 0
                    width: track.carWidth
                }
            }
        }
    }
}
