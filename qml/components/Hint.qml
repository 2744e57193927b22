// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// What its parent means, when the pointer rests on it. There is nothing behind it until then: there are hundreds.
Loader {
    id: root

    property bool shown: false
    property string text
    property int delay: 400
    /// A sentence, to be broken where it must be; else the lines are as they are.
    property bool prose: false

    active: shown && text !== ""
    source: "HintBubble.qml"

    onLoaded: {
        const bubble = item as HintBubble;
        bubble.parent = root.parent;
        bubble.delay = root.delay;
        bubble.prose = root.prose;
        bubble.text = Qt.binding(() => root.text);
        bubble.visible = true;
    }
}
