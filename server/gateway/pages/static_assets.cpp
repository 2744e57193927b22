// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/static_assets.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QResource>

using namespace Qt::StringLiterals;

namespace tipwatch {

namespace {

const char *contentTypeOf(QStringView name)
{
    if (name.endsWith(".js"_L1))
        return "text/javascript; charset=utf-8";
    if (name.endsWith(".css"_L1))
        return "text/css; charset=utf-8";
    if (name.endsWith(".svg"_L1))
        return "image/svg+xml";
    if (name.endsWith(".woff2"_L1))
        return "font/woff2";
    return nullptr; // templates and whatever else is not for browsers
}

std::string shortHash(const QCryptographicHash &hash)
{
    return hash.result().toHex().first(12).toStdString();
}

} // namespace

StaticAssets::StaticAssets()
{
    std::map<QString, Asset> files; // ordered, so that the hash is the same in every run
    const QString prefix = u":/web/"_s;
    for (QDirIterator it(prefix, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        const QString path = it.next();
        const char *contentType = contentTypeOf(path);
        if (!contentType)
            continue;
        const QResource resource(path);
        Q_ASSERT(resource.compressionAlgorithm() == QResource::NoCompression);
        Asset asset{
            contentType, {reinterpret_cast<const char *>(resource.data()), static_cast<std::size_t>(resource.size())}, {}, true};
        files.emplace(path.mid(prefix.size()), std::move(asset));
    }

    QCryptographicHash all(QCryptographicHash::Sha256);
    for (auto &[name, asset] : files) {
        const QByteArrayView body(asset.body.data(), static_cast<qsizetype>(asset.body.size()));
        QCryptographicHash one(QCryptographicHash::Sha256);
        one.addData(body);
        asset.etag = '"' + shortHash(one) + '"';
        all.addData(name.toUtf8());
        all.addData(body);
    }
    m_root = "/assets/" + shortHash(all);
    for (auto &[name, asset] : files)
        m_assets.emplace(m_root + '/' + name.toStdString(), std::move(asset));
}

std::vector<std::string> StaticAssets::modules() const
{
    std::vector<std::string> names;
    for (const auto &[path, asset] : m_assets) {
        if (path.ends_with(".js") && !path.ends_with("/theme.js") && !path.ends_with("/page.js"))
            names.push_back(path.substr(m_root.size() + 1));
    }
    return names;
}

const Asset *StaticAssets::find(std::string_view path) const
{
    const auto it = m_assets.find(path);
    return it == m_assets.end() ? nullptr : &it->second;
}

} // namespace tipwatch
