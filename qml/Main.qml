// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic

ApplicationWindow {
    id: window

    width: 1440
    height: 900
    minimumWidth: 900
    minimumHeight: 600
    title: qsTr("Tipwatch")
}
