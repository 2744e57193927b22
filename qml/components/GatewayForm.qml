// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// How the gateway serves. What is entered counts when it is applied, while the gateway runs.
ColumnLayout {
    id: root

    required property GatewayModel gateway
    property bool lan: false
    readonly property var fields: [port, maxClients, maxPerAddress, newPerMinute, messagesPerSecond]
    readonly property bool acceptable: fields.every(field => field.acceptable)
    readonly property bool edited: !acceptable || lan !== gateway.wholeLan || fields.some(field => field.entered !== field.value)

    function apply() {
        if (acceptable)
            gateway.change(lan, port.entered, maxClients.entered, maxPerAddress.entered, newPerMinute.entered, messagesPerSecond.entered);
    }
    function reset() {
        lan = gateway.wholeLan;
        fields.forEach(field => field.reset());
    }

    spacing: Theme.px(10)

    onVisibleChanged: {
        if (visible)
            reset();
    }

    Toggle {
        objectName: "gatewayLanToggle"
        Layout.fillWidth: true
        font.pixelSize: Theme.small
        on: root.lan
        text: qsTr("For the whole LAN, not only this machine")

        onAsked: on => root.lan = on
    }
    NumberField {
        id: port

        Layout.fillWidth: true
        from: 0
        hint: qsTr("0 is any free one")
        name: qsTr("Port")
        objectName: "gatewayPort"
        to: 65535
        value: root.gateway.port

        onAccepted: root.apply()
    }
    NumberField {
        id: maxClients

        Layout.fillWidth: true
        from: 1
        name: qsTr("Clients at most")
        objectName: "gatewayMaxClients"
        to: 1000000
        value: root.gateway.maxClients

        onAccepted: root.apply()
    }
    NumberField {
        id: maxPerAddress

        Layout.fillWidth: true
        from: 0
        hint: qsTr("0 is no limit")
        name: qsTr("Of them from one address")
        objectName: "gatewayMaxPerAddress"
        to: 1000000
        value: root.gateway.maxPerAddress

        onAccepted: root.apply()
    }
    NumberField {
        id: newPerMinute

        Layout.fillWidth: true
        from: 0
        hint: qsTr("0 is no limit")
        name: qsTr("New ones from one address in a minute")
        objectName: "gatewayNewPerMinute"
        to: 1000000
        value: root.gateway.newPerMinute

        onAccepted: root.apply()
    }
    NumberField {
        id: messagesPerSecond

        Layout.fillWidth: true
        from: 0
        hint: qsTr("0 is no limit")
        name: qsTr("Messages from a client per second")
        objectName: "gatewayMessagesPerSecond"
        to: 1000000
        value: root.gateway.messagesPerSecond

        onAccepted: root.apply()
    }
    RowLayout {
        Layout.fillWidth: true
        visible: root.edited

        Item {
            Layout.fillWidth: true
        }
        TextAction {
            objectName: "gatewayReset"
            text: qsTr("Reset")

            onClicked: root.reset()
        }
        TextAction {
            checked: true
            enabled: root.acceptable
            objectName: "gatewayApply"
            text: qsTr("Apply")

            onClicked: root.apply()
        }
    }
}
