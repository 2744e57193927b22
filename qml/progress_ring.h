// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QQuickPaintedItem>

namespace tipwatch {

/// A ring that fills clockwise from the top. Painted, because shapes of Qt Quick have no antialiasing without a multisampled window.
class ProgressRing : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    /// 0 to 1.
    Q_PROPERTY(double value MEMBER m_value NOTIFY changed)
    Q_PROPERTY(double thickness MEMBER m_thickness NOTIFY changed)
    Q_PROPERTY(QColor colour MEMBER m_colour NOTIFY changed)
    Q_PROPERTY(QColor track MEMBER m_track NOTIFY changed)

public:
    explicit ProgressRing(QQuickItem *parent = nullptr);

    void paint(QPainter *painter) override;

Q_SIGNALS:
    void changed();

private:
    double m_value = 0;
    double m_thickness = 6;
    QColor m_colour;
    QColor m_track;
};

} // namespace tipwatch
