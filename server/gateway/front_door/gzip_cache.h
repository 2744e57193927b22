// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"

#include <QObject>
#include <QThreadPool>

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tipwatch {

/// Bodies in gzip, each compressed once however many ask for it. Long ones are compressed on a thread of their own. Keeps those that
/// were asked for last, up to maxBytes. Lives on the front door's thread.
class GzipCache final : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t maxBytes = 32 * 1024 * 1024;
    static constexpr std::size_t worthIt = 1024;       ///< bytes; shorter bodies fit in a packet as they are
    static constexpr std::size_t longBody = 64 * 1024; ///< bytes, from which others would notice that we are busy

    GzipCache();
    ~GzipCache() override;

    using Body = std::shared_ptr<const std::string>; ///< null: it could not be compressed

    /// Calls @p ready with the body of @p response in gzip, now or later. Responses with the same @p etag have the same body.
    void compress(const std::string &etag, const HttpResponse &response, const std::function<void(const Body &)> &ready);

    /// How many bodies have been compressed so far.
    std::size_t compressions() const { return m_compressions; }

private:
    struct Entry {
        std::string etag;
        Body body;
    };

    void keep(const std::string &etag, const Body &body);

    std::list<Entry> m_kept; ///< the last asked for is the first
    std::size_t m_bytes = 0;
    std::size_t m_compressions = 0;
    std::map<std::string, std::vector<std::function<void(const Body &)>>> m_waiting; ///< by the etag that is under way
    QThreadPool m_pool;
};

} // namespace tipwatch
