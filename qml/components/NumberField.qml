// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Tipwatch

/// A whole number with its name before it. It shows `value` until the person types; `entered` is what stands in it now.
RowLayout {
    id: root

    required property int value
    required property int from
    required property int to
    required property string name
    property string hint
    readonly property bool acceptable: input.acceptableInput
    readonly property int entered: acceptable ? parseInt(input.text) : value

    signal accepted

    function reset() {
        input.text = Qt.binding(() => root.value.toString());
    }

    spacing: Theme.px(8)

    ThemedText {
        Layout.fillWidth: true
        color: Theme.dim
        elide: Text.ElideRight
        font.pixelSize: Theme.small
        text: root.name
    }
    TextField {
        id: input

        Accessible.description: root.hint
        Accessible.name: root.name
        Layout.preferredWidth: Theme.px(92)
        color: acceptableInput ? Theme.text : Theme.bad
        font.family: Theme.mono
        font.pixelSize: Theme.small
        horizontalAlignment: TextInput.AlignRight
        implicitHeight: Theme.px(28)
        inputMethodHints: Qt.ImhDigitsOnly
        objectName: root.objectName + "Input"
        padding: Theme.px(6)
        selectByMouse: true
        selectedTextColor: Theme.surface
        selectionColor: Theme.accent
        text: root.value.toString()

        background: Rectangle {
            border.color: !input.acceptableInput ? Theme.bad : input.activeFocus ? Theme.accent : Theme.line
            color: Theme.raised
            radius: Theme.radiusSmall
        }
        validator: IntValidator {
            bottom: root.from
            top: root.to
        }

        Keys.onEnterPressed: root.accepted()
        Keys.onReturnPressed: root.accepted()

        Hint {
            shown: input.hovered
            text: root.hint
        }
    }
}
