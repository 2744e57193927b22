// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/gzip_cache.h"

#include "server/gateway/front_door/representation.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

constexpr int thorough = 6, quick = 1; ///< levels of zlib: for what others wait for, and for what has its own thread

GzipCache::Body bodyOf(std::string compressed)
{
    return compressed.empty() ? nullptr : std::make_shared<const std::string>(std::move(compressed));
}

} // namespace

GzipCache::GzipCache() : m_pool(this)
{
    m_pool.setMaxThreadCount(1);
}

GzipCache::~GzipCache()
{
    m_pool.clear();
    m_pool.waitForDone();
}

void GzipCache::compress(const std::string &etag, const HttpResponse &response, const std::function<void(const Body &)> &ready)
{
    const auto kept = std::find_if(m_kept.begin(), m_kept.end(), [&](const Entry &entry) { return entry.etag == etag; });
    if (kept != m_kept.end()) {
        m_kept.splice(m_kept.begin(), m_kept, kept);
        ready(m_kept.front().body);
        return;
    }
    if (response.body().size() < longBody) {
        ++m_compressions;
        const Body body = bodyOf(gzipped(response.body(), thorough));
        keep(etag, body);
        ready(body);
        return;
    }
    auto &waiting = m_waiting[etag];
    waiting.push_back(ready);
    if (waiting.size() > 1)
        return;
    ++m_compressions;
    m_pool.start([this, etag, response] {
        const Body body = bodyOf(gzipped(response.body(), quick));
        QMetaObject::invokeMethod(
            this,
            [this, etag, body] {
                keep(etag, body);
                for (const auto &waits : std::exchange(m_waiting[etag], {}))
                    waits(body);
                m_waiting.erase(etag);
            },
            Qt::QueuedConnection);
    });
}

void GzipCache::keep(const std::string &etag, const Body &body)
{
    if (!body || body->size() > maxBytes)
        return;
    m_kept.push_front({etag, body});
    m_bytes += body->size();
    while (m_bytes > maxBytes) {
        m_bytes -= m_kept.back().body->size();
        m_kept.pop_back();
    }
}

} // namespace tipwatch
