// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/filling_block.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace tipwatch {

FillingBlock::FillingBlock(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
    connect(this, &FillingBlock::changed, this, [this] { update(); });
}

void FillingBlock::paint(QPainter *painter)
{
    const double inset = m_thickness / 2;
    const QRectF box = QRectF(0, 0, width(), height()).adjusted(inset, inset, -inset, -inset);
    QPainterPath outline;
    outline.addRoundedRect(box, m_radius, m_radius);
    painter->setRenderHint(QPainter::Antialiasing);
    if (m_level > 0) {
        const double top = box.bottom() - box.height() * std::min(m_level, 1.0);
        QPainterPath filled;
        filled.addRect(QRectF(QPointF(box.left(), top), box.bottomRight()));
        QLinearGradient gradient(0, top, 0, box.bottom());
        gradient.setColorAt(0, m_colour);
        gradient.setColorAt(1, m_foot);
        painter->fillPath(filled.intersected(outline), gradient);
    }
    QPen pen(m_edge, m_thickness, Qt::CustomDashLine, Qt::FlatCap);
    pen.setDashPattern({4, 3}); // in pen widths
    painter->strokePath(outline, pen);
}

} // namespace tipwatch
