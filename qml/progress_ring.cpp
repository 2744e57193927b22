// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/progress_ring.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace tipwatch {

ProgressRing::ProgressRing(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
    connect(this, &ProgressRing::changed, this, [this] { update(); });
}

void ProgressRing::paint(QPainter *painter)
{
    constexpr int top = 90 * 16, full = 360 * 16; // QPainter counts sixteenths of a degree, counter-clockwise
    const double inset = m_thickness / 2;
    const QRectF circle = QRectF(0, 0, width(), height()).adjusted(inset, inset, -inset, -inset);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(m_track, m_thickness));
    painter->drawEllipse(circle);
    if (m_value <= 0)
        return;
    painter->setPen(QPen(m_colour, m_thickness, Qt::SolidLine, Qt::RoundCap));
    painter->drawArc(circle, top, -static_cast<int>(std::lround(std::min(m_value, 1.0) * full)));
}

} // namespace tipwatch
