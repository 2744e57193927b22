// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// The gateway's switch, where browsers find it, and how it serves.
StripPopup {
    id: root

    required property GatewayModel gateway

    width: Theme.px(360)

    contentItem: ColumnLayout {
        spacing: Theme.px(10)

        Toggle {
            objectName: "gatewayToggle"
            Layout.fillWidth: true
            font.weight: Font.DemiBold
            on: root.gateway.enabled
            text: qsTr("Serve browsers")

            onAsked: on => root.gateway.setEnabled(on)
        }
        ThemedText {
            Layout.fillWidth: true
            color: Theme.dim
            font.pixelSize: Theme.small
            maximumLineCount: 3
            text: qsTr("Other machines see the same live data in a browser, at this address.")
            wrapMode: Text.WordWrap
        }
        RowLayout {
            Layout.fillWidth: true
            visible: root.gateway.url !== ""

            ThemedText {
                Layout.fillWidth: true
                elide: Text.ElideMiddle
                font.family: Theme.mono
                font.pixelSize: Theme.small
                text: root.gateway.url
            }
            CopyButton {
                value: root.gateway.url
            }
        }
        GatewayForm {
            Layout.fillWidth: true
            gateway: root.gateway
        }
        FactRow {
            figure: root.gateway.listening ? root.gateway.clients.toString() : ""
            name: qsTr("Clients connected")
        }
        ThemedText {
            Layout.fillWidth: true
            color: Theme.bad
            maximumLineCount: 6
            text: root.gateway.error
            visible: text !== ""
            wrapMode: Text.Wrap
        }
    }
}
