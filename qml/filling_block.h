// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QQuickPaintedItem>

namespace tipwatch {

/// A box with a dashed edge that is filled from below. Painted, because Qt Quick has no dashes without shapes, and those have no antialiasing
/// without a multisampled window.
class FillingBlock : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    /// 0 to 1.
    Q_PROPERTY(double level MEMBER m_level NOTIFY changed)
    Q_PROPERTY(double radius MEMBER m_radius NOTIFY changed)
    Q_PROPERTY(double thickness MEMBER m_thickness NOTIFY changed)
    /// Of the filling, at its top and at the bottom.
    Q_PROPERTY(QColor colour MEMBER m_colour NOTIFY changed)
    Q_PROPERTY(QColor foot MEMBER m_foot NOTIFY changed)
    Q_PROPERTY(QColor edge MEMBER m_edge NOTIFY changed)

public:
    explicit FillingBlock(QQuickItem *parent = nullptr);

    void paint(QPainter *painter) override;

Q_SIGNALS:
    void changed();

private:
    double m_level = 0;
    double m_radius = 0;
    double m_thickness = 1;
    QColor m_colour;
    QColor m_foot;
    QColor m_edge;
};

} // namespace tipwatch
