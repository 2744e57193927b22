// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// Text as it is everywhere: never rich (names of miners come from strangers), never wider than its place.
Text {
    color: Theme.text
    elide: Text.ElideRight
    font.family: Theme.sans
    font.pixelSize: Theme.body
    maximumLineCount: 1
    renderType: Text.NativeRendering
    textFormat: Text.PlainText
}
