// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// Always on top: where the data comes from, how far it can be trusted, how fast it is here, and who else looks.
Rectangle {
    id: root

    required property StatusModel status
    required property GatewayModel gateway
    required property Appearance appearance

    readonly property color stateColour: {
        switch (status.status) {
        case DataStatus.Live:
            return Theme.good;
        case DataStatus.Syncing:
        case DataStatus.Stale:
            return Theme.warning;
        case DataStatus.Error:
            return Theme.bad;
        default:
            return Theme.faint;
        }
    }
    readonly property bool narrow: width < Theme.px(1180)

    color: Theme.chrome
    implicitHeight: Theme.px(52)

    Rectangle {
        anchors.bottom: parent.bottom
        color: Theme.line
        height: 1
        width: parent.width
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.px(18)
        anchors.rightMargin: Theme.px(14)
        spacing: Theme.px(10)

        Icon {
            extent: Theme.px(24)
            name: "tipwatch"
        }
        ThemedText {
            Layout.rightMargin: Theme.px(6)
            font.pixelSize: Theme.medium
            font.weight: Font.Bold
            text: qsTr("Tipwatch")
        }
        Pill {
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth
            dot: root.stateColour
            hint: root.status.detail
            rest: root.narrow ? root.status.network : root.status.place
            strong: root.status.stateText
        }
        Pill {
            glyph: root.status.exact ? "check" : "sync"
            glyphColour: root.status.exact ? Theme.good : Theme.warning
            hint: root.status.exactDetail
            strong: root.status.exactText
            visible: root.status.hasData
        }
        Pill {
            hint: qsTr("From the node's word to the pixels, latest update")
            rest: root.narrow ? "" : qsTr("node → screen")
            strong: root.status.latencyText
            visible: root.status.hasData && root.status.latencyText !== ""
        }
        Item {
            Layout.fillWidth: true
        }
        Pill {
            id: gatewayPill

            active: true
            glyph: "broadcast"
            glyphColour: root.gateway.status === DataStatus.Error ? Theme.bad : root.gateway.listening ? Theme.good : Theme.faint
            hint: popup.opened ? "" : qsTr("Browsers on the network")
            rest: root.gateway.listening ? "" : root.gateway.text
            strong: root.gateway.listening ? root.gateway.text : ""

            onClicked: popup.opened ? popup.close() : popup.open()

            GatewayPopup {
                id: popup
                objectName: "gatewayPopup"

                gateway: root.gateway
                x: gatewayPill.width - width
            }
        }
        TextAction {
            id: themeButton

            glyph: Theme.dark ? "moon" : "sun"
            hint: themePopup.opened ? "" : qsTr("Appearance")
            implicitHeight: Theme.px(30)

            onClicked: themePopup.opened ? themePopup.close() : themePopup.open()

            ThemePopup {
                id: themePopup
                objectName: "themePopup"

                appearance: root.appearance
                x: themeButton.width - width
            }
        }
    }
}
