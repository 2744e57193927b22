// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tipwatch

/// How the window looks and moves.
StripPopup {
    id: root

    required property Appearance appearance

    width: Theme.px(240)

    component Choice: TextAction {
        required property int value

        Layout.fillWidth: true
        checkable: true
        checked: root.appearance.theme === value

        onClicked: {
            root.appearance.theme = value;
            checked = Qt.binding(() => root.appearance.theme === value);
        }
    }

    contentItem: ColumnLayout {
        spacing: Theme.px(12)

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.px(4)

            Choice {
                text: qsTr("System")
                value: Appearance.System
            }
            Choice {
                glyph: "moon"
                text: qsTr("Dark")
                value: Appearance.Dark
            }
            Choice {
                glyph: "sun"
                text: qsTr("Light")
                value: Appearance.Light
            }
        }
        Toggle {
            Layout.fillWidth: true
            on: root.appearance.reducedMotion
            text: qsTr("Reduce motion")

            onAsked: on => root.appearance.reducedMotion = on
        }
    }
}
