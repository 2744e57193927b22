// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/page_renderer.h"

#include "server/gateway/pages/home_view.h"

#include <QResource>

#include <mutex>

namespace tipwatch {

namespace mustache = kainjow::mustache;

namespace {

/// The template's text with its partials in place, so that all of it is compiled once.
std::string readTemplate(const QString &name)
{
    const QResource file(QStringLiteral(":/web/%1.mustache").arg(name));
    std::string text(reinterpret_cast<const char *>(file.data()), static_cast<std::size_t>(file.size()));
    static constexpr std::string_view opening = "{{> ", closing = "}}";
    for (std::size_t at = 0; (at = text.find(opening, at)) != std::string::npos;) {
        const std::size_t end = text.find(closing, at);
        const std::string partial = text.substr(at + opening.size(), end - at - opening.size());
        std::string body = readTemplate(QString::fromStdString(partial));
        while (body.ends_with('\n'))
            body.pop_back();
        text.replace(at, end + closing.size() - at, body);
    }
    return text;
}

} // namespace

/// kainjow's render() is not const: one at a time.
struct PageRenderer::Template {
    std::mutex mutex;
    mustache::mustache compiled;

    explicit Template(const QString &name) : compiled(readTemplate(name))
    {
        if (!compiled.is_valid())
            qFatal("template %s: %s", qUtf8Printable(name), compiled.error_message().c_str());
    }

    std::string render(const mustache::data &data)
    {
        std::string html;
        html.reserve(64 * 1024);
        const std::lock_guard lock(mutex);
        compiled.render(data, [&html](const std::string &part) { html += part; });
        return html;
    }
};

PageRenderer::PageRenderer(const StaticAssets &assets)
    : m_assetRoot(assets.root()), m_modules(assets.modules()), m_home(std::make_unique<Template>(QStringLiteral("home")))
{
}

PageRenderer::~PageRenderer() = default;

std::string PageRenderer::home(const ChainSnapshot &snapshot, const PageContext &context) const
{
    mustache::data page = homeView(snapshot, context);
    page.set("assets", m_assetRoot);
    mustache::data modules(mustache::data::type::list);
    for (const std::string &module : m_modules)
        modules.push_back(module);
    page.set("modules", modules);
    return m_home->render(page);
}

} // namespace tipwatch
