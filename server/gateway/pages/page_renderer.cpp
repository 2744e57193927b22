// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/page_renderer.h"

#include <kainjow/mustache.hpp>

#include <QResource>

#include <mutex>

namespace tipwatch {

namespace mustache = kainjow::mustache;

/// kainjow's render() is not const: one at a time.
struct PageRenderer::Template {
    std::mutex mutex;
    mustache::mustache compiled;

    explicit Template(const QString &path)
        : compiled([&path] {
            const QResource file(path);
            return std::string(reinterpret_cast<const char *>(file.data()), static_cast<std::size_t>(file.size()));
        }())
    {
        Q_ASSERT_X(compiled.is_valid(), "PageRenderer", compiled.error_message().c_str());
    }

    std::string render(const mustache::data &data)
    {
        const std::lock_guard lock(mutex);
        return compiled.render(data);
    }
};

PageRenderer::PageRenderer(const StaticAssets &assets)
    : m_assetRoot(assets.root())
    , m_home(std::make_unique<Template>(QStringLiteral(":/web/home.mustache")))
{
}

PageRenderer::~PageRenderer() = default;

std::string PageRenderer::home(const ChainSnapshot &snapshot, const PageContext &context) const
{
    mustache::data page;
    page.set("assets", m_assetRoot);
    page.set("version", context.version);
    page.set("height", std::to_string(snapshot.tip.height.value));
    return m_home->render(page);
}

} // namespace tipwatch
