// SPDX-License-Identifier: GPL-3.0-or-later
// write_pages <folder>: every page in every state, and the assets, as the gateway would answer them.
#include "server/gateway/pages/page_renderer.h"
#include "tests/web/states.h"

#include <QDir>
#include <QFile>
#include <QTextStream>

using namespace tipwatch;

namespace {

bool write(const QString &path, std::string_view body)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    return file.open(QFile::WriteOnly) &&
           file.write(body.data(), static_cast<qint64>(body.size())) == static_cast<qint64>(body.size());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const QString folder = QString::fromLocal8Bit(argv[1]);
    const StaticAssets assets;
    const PageRenderer renderer(assets);
    bool ok = true;
    for (const auto &[name, snapshot] : test::allSnapshots()) {
        for (const bool live : {true, false}) {
            const QString file =
                folder + QLatin1Char('/') + QString::fromStdString(name) + (live ? QLatin1String("") : QLatin1String("-static"));
            ok &= write(file + QLatin1String(".html"), renderer.home(snapshot, {live, "/ws", "0.1.0", test::lookedAtMs}));
        }
    }
    for (const auto &[path, asset] : assets.all())
        ok &= write(folder + QString::fromStdString(path), asset.body);
    return ok ? 0 : 1;
}
