// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/treemap_node.h"

#include <QQuickWindow>
#include <QSGGeometryNode>
#include <QSGImageNode>
#include <QSGRendererInterface>
#include <QSGVertexColorMaterial>

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

constexpr int least = 3; // pixels of a side, below which there is no line beside it: there would be lines only

/// In pixels of the screen, without the line to the right and below.
QRect pixelsOf(const QRectF &rect, double pixelRatio)
{
    const auto pixel = [pixelRatio](double position) { return static_cast<int>(std::lround(position * pixelRatio)); };
    const int left = pixel(rect.left()), top = pixel(rect.top());
    int width = pixel(rect.right()) - left, height = pixel(rect.bottom()) - top;
    const int line = std::max(1, static_cast<int>(pixelRatio));
    width -= width >= least ? line : 0;
    height -= height >= least ? line : 0;
    return {left, top, width, height};
}

class TrianglesNode final : public QSGGeometryNode {
public:
    TrianglesNode() : m_geometry(QSGGeometry::defaultAttributes_ColoredPoint2D(), 0, 0, QSGGeometry::UnsignedIntType)
    {
        m_geometry.setDrawingMode(QSGGeometry::DrawTriangles);
        m_geometry.setVertexDataPattern(QSGGeometry::DynamicPattern);
        setGeometry(&m_geometry);
        setMaterial(&m_material);
    }

    void show(const TreemapPicture &picture)
    {
        resize(static_cast<int>(picture.rects.size()) + 1);
        auto *vertices = m_geometry.vertexDataAsColoredPoint2D();
        const auto put = [&](const QRectF &rect, QRgb colour) {
            const auto left = static_cast<float>(rect.left()), right = static_cast<float>(rect.right());
            const auto top = static_cast<float>(rect.top()), bottom = static_cast<float>(rect.bottom());
            const auto red = static_cast<uchar>(qRed(colour)), green = static_cast<uchar>(qGreen(colour)),
                       blue = static_cast<uchar>(qBlue(colour));
            (vertices++)->set(left, top, red, green, blue, 255);
            (vertices++)->set(right, top, red, green, blue, 255);
            (vertices++)->set(left, bottom, red, green, blue, 255);
            (vertices++)->set(right, bottom, red, green, blue, 255);
        };
        put(QRectF(QPointF(), picture.size), picture.ground);
        for (const ColouredRect &tile : picture.rects) {
            const QRectF pixels = pixelsOf(tile.rect, picture.pixelRatio);
            put(QRectF(pixels.topLeft() / picture.pixelRatio, pixels.size() / picture.pixelRatio), tile.colour);
        }
        markDirty(DirtyGeometry);
    }

private:
    void resize(int rects)
    {
        if (m_geometry.vertexCount() == 4 * rects)
            return;
        m_geometry.allocate(4 * rects, 6 * rects);
        quint32 *indices = m_geometry.indexDataAsUInt();
        for (quint32 first = 0; first < 4 * static_cast<quint32>(rects); first += 4) {
            for (const quint32 corner : {0U, 1U, 2U, 2U, 1U, 3U})
                *indices++ = first + corner;
        }
    }

    QSGGeometry m_geometry;
    QSGVertexColorMaterial m_material;
};

} // namespace

QImage paintedTreemap(const TreemapPicture &picture)
{
    const QSize size = (picture.size * picture.pixelRatio).toSize();
    QImage image(size, QImage::Format_RGB32);
    image.fill(picture.ground);
    const QRect all(QPoint(), size);
    for (const ColouredRect &tile : picture.rects) {
        const QRect pixels = pixelsOf(tile.rect, picture.pixelRatio) & all;
        for (int y = pixels.top(); y <= pixels.bottom(); ++y) {
            auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
            std::fill_n(line + pixels.left(), std::max(pixels.width(), 0), tile.colour);
        }
    }
    return image;
}

QSGNode *updatedTreemapNode(QSGNode *old, QQuickWindow *window, const TreemapPicture &picture)
{
    if (picture.size.isEmpty()) {
        delete old;
        return nullptr;
    }
    if (window->rendererInterface()->graphicsApi() != QSGRendererInterface::Software) {
        auto *node = old ? static_cast<TrianglesNode *>(old) : new TrianglesNode;
        node->show(picture);
        return node;
    }
    auto *node = static_cast<QSGImageNode *>(old);
    if (!node) {
        node = window->createImageNode();
        node->setOwnsTexture(true);
        node->setFiltering(QSGTexture::Nearest);
    }
    node->setTexture(window->createTextureFromImage(paintedTreemap(picture), QQuickWindow::TextureIsOpaque));
    node->setRect(QRectF(QPointF(), picture.size));
    return node;
}

} // namespace tipwatch
