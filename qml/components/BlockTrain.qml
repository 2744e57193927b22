// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// Mined blocks, the newest first, after a "now" with the age of the tip. What is to be mined will stand before the "now".
Card {
    id: root

    required property BlocksModel blocks
    required property TipModel tip

    Item {
        Layout.fillHeight: true
        Layout.fillWidth: true

        AgeRing {
            id: now

            anchors.verticalCenter: parent.verticalCenter
            tip: root.tip
        }
        Item {
            id: track

            readonly property real carWidth: {
                // As many whole cars as fit, together as wide as the track.
                const wanted = Theme.px(122);
                const count = Math.max(1, Math.floor((width + cars.spacing) / (wanted + cars.spacing)));
                return Math.floor((width + cars.spacing) / count - cars.spacing);
            }

            anchors.bottom: parent.bottom
            anchors.left: now.right
            anchors.leftMargin: Theme.gap
            anchors.right: parent.right
            anchors.top: parent.top
            clip: true

            Row {
                id: cars

                height: parent.height
                spacing: Theme.px(10)

                add: Transition {
                    enabled: !Theme.still

                    NumberAnimation {
                        duration: Theme.motion
                        easing.type: Easing.OutCubic
                        from: -track.carWidth
                        property: "x"
                    }
                }
                move: Transition {
                    enabled: !Theme.still

                    NumberAnimation {
                        duration: Theme.motion
                        easing.type: Easing.OutCubic
                        property: "x"
                    }
                }

                Repeater {
                    model: root.blocks

                    delegate: BlockCar {
                        height: track.height
                        Accessible.ignored: opacity === 0
                        // Not drawn beyond the end. Were it invisible, the row would leave it out and never bring it back.
                        opacity: x < track.width ? 1 : 0
                        width: track.carWidth
                    }
                }
            }
        }
    }
}
