// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/history/history_reader.h"

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace tipwatch {

class Router;

/// The past over plain HTTP: /api/v1/history. Lives on the front door's thread.
class HistoryApi {
public:
    /// Asks for a window; the reply comes on the front door's thread, later.
    using Ask = std::function<void(HistoryWindow, HistoryReader::Done)>;

    static constexpr HistoryWindow usualWindow = HistoryWindow::Day; ///< without `window`

    explicit HistoryApi(Ask ask) : m_ask(std::move(ask)) {}

    void addRoutes(Router &router);

private:
    void answer(const HttpRequest &request, const HttpReply &reply);
    HttpResponse responseOf(const HistorySeriesPtr &series);

    /// A window as it was encoded last; everybody who asks for it within a minute gets the same bytes.
    struct Body {
        HistorySeriesPtr series;
        std::shared_ptr<const std::string> json;
    };

    const Ask m_ask;
    std::array<Body, historyWindows> m_bodies;
};

} // namespace tipwatch
