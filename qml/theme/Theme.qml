// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton
import QtQuick

/// Every colour, distance, type size and duration of the window. The window sets the first three.
QtObject {
    property bool dark: true
    property bool still: false
    property real scale: 1

    readonly property color background: dark ? "#0b0e13" : "#f2f4f8"
    readonly property color chrome: dark ? "#0d1117" : "#ffffff"
    readonly property color surface: dark ? "#12171f" : "#ffffff"
    readonly property color raised: dark ? "#18202b" : "#eef2f7"
    readonly property color raisedHover: dark ? "#202b39" : "#e2e8f0"
    readonly property color line: dark ? "#212c39" : "#dfe5ed"
    readonly property color dashes: dark ? "#3d5268" : "#a9b6c6"
    readonly property color text: dark ? "#e8eef5" : "#10161e"
    readonly property color dim: dark ? "#9aa8b9" : "#4c5a6b"
    readonly property color faint: dark ? "#7c8b9d" : "#647284"
    readonly property color accent: dark ? "#f7931a" : "#c2620a"
    readonly property color good: dark ? "#3ecf8e" : "#0e8f5b"
    readonly property color warning: dark ? "#f5b84b" : "#9a6200"
    readonly property color bad: dark ? "#ff6b78" : "#c81e3a"
    readonly property color focus: dark ? "#6cb2ff" : "#0b62d6"
    readonly property color inkOnFill: "#ffffff"
    readonly property color alarm: "#ffb224"
    readonly property color inkOnAlarm: "#1d1200"
    readonly property color staleCar: dark ? "#2a2f37" : "#c9d0d9"
    readonly property color inkOnStale: dark ? "#c9d2dc" : "#29313b"

    readonly property string sans: "Tipwatch Inter"
    readonly property string mono: "JetBrains Mono"

    readonly property int tiny: px(11)
    readonly property int small: px(12)
    readonly property int body: px(13)
    readonly property int medium: px(15)
    readonly property int large: px(22)
    readonly property int huge: px(30)

    readonly property int gap: px(14)
    readonly property int tight: px(6)
    readonly property int padding: px(16)
    readonly property int radius: px(12)
    readonly property int radiusSmall: px(8)

    /// ms; nothing moves under reduced motion.
    readonly property int motion: still ? 0 : 220
    readonly property int motionShort: still ? 0 : 150

    /// A distance of the design, which is drawn for 1440 by 900, in this window.
    function px(distance: real): int {
        return Math.round(distance * scale);
    }
}
