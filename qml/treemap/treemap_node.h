// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/treemap/treemap_scene.h"

#include <QImage>

#include <span>

class QQuickWindow;
class QSGNode;

namespace tipwatch {

/// What is to be drawn. Logical pixels; edges are put on whole pixels of the screen, so that the lines between rectangles are even.
struct TreemapPicture {
    QSizeF size;
    double pixelRatio = 1;
    std::span<const ColouredRect> rects;
    QRgb ground = 0;
};

/// One node for all of them: coloured triangles, or where the scene graph cannot draw those (software renderer) an image. Render thread,
/// while the scene is synchronised.
/// @param old what it returned before for the same window, or null. @return null for an empty picture; @p old is deleted then.
QSGNode *updatedTreemapNode(QSGNode *old, QQuickWindow *window, const TreemapPicture &picture);

/// The same as an image.
QImage paintedTreemap(const TreemapPicture &picture);

} // namespace tipwatch
