// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/icon_provider.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace tipwatch {

using namespace Qt::StringLiterals;

QImage IconProvider::requestImage(const QString &id, QSize *size, const QSize &requestedSize)
{
    const QString name = id.section(u'/', 0, 0), colour = id.section(u'/', 1, 1);
    QFile file(u":/tipwatch/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray drawing = file.readAll();
    drawing.replace("currentColor", "#" + colour.toLatin1());
    QSvgRenderer renderer(drawing);
    const QSize pixels = requestedSize.isValid() ? requestedSize : renderer.defaultSize();
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.render(&painter);
    if (size)
        *size = pixels;
    return image;
}

} // namespace tipwatch
