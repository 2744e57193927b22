// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// A name and its figure on one line. Takes no room while there is no figure.
RowLayout {
    id: root

    required property string name
    required property string figure
    property color ink: Theme.text

    Accessible.name: name + ": " + figure
    Accessible.role: Accessible.StaticText
    Layout.fillWidth: true
    spacing: Theme.px(12)
    visible: figure !== ""

    ThemedText {
        color: Theme.dim
        text: root.name
    }
    ThemedText {
        Layout.fillWidth: true
        color: root.ink
        font.weight: Font.DemiBold
        horizontalAlignment: Text.AlignRight
        text: root.figure
    }
}
