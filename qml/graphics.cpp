// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/graphics.h"

#include <QDir>
#include <QLoggingCategory>
#include <QQuickWindow>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(graphicsLog, "tipwatch.ui.graphics")

/// A device to render with, of the kernel's (/dev/dri/renderD128) or of NVIDIA's driver. To ask OpenGL would take longer than all the
/// rest of the start where the answer is no.
bool hasGpu()
{
#ifdef Q_OS_LINUX
    return !QDir(u"/dev/dri"_s).entryList({u"renderD*"_s}, QDir::System).isEmpty() || QFile::exists(u"/dev/nvidiactl"_s);
#else
    return true;
#endif
}

} // namespace

void chooseGraphics()
{
    if (qEnvironmentVariableIsSet("QT_QUICK_BACKEND") || qEnvironmentVariableIsSet("QSG_RHI_BACKEND"))
        return;
    if (qEnvironmentVariableIntValue("LIBGL_ALWAYS_SOFTWARE") == 0 && hasGpu())
        return;
    qCInfo(graphicsLog) << "no GPU renderer=software";
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
}

} // namespace tipwatch
