// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// Copies `value`, and says so for a moment.
TextAction {
    id: root

    required property string value

    glyph: settled.running ? "check" : "copy"
    hint: settled.running ? qsTr("Copied") : qsTr("Copy")

    onClicked: {
        clipboard.copy(root.value);
        settled.restart();
    }

    Clipboard {
        id: clipboard
    }
    Timer {
        id: settled

        interval: 1500
    }
}
