// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Tipwatch

/// One of our line icons, in any colour.
Image {
    id: root

    required property string name
    property color colour: Theme.dim
    property int extent: Theme.px(16)

    height: extent
    source: name === "" ? "" : "image://icons/" + name + "/" + colour.toString().slice(-6)
    sourceSize.height: extent
    sourceSize.width: extent
    width: extent
}
