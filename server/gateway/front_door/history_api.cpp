// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/history_api.h"

#include "server/gateway/front_door/router.h"
#include "shared/protocol/history_encoder.h"
#include "shared/protocol/json_writer.h"

namespace tipwatch {

namespace {

HttpResponse unavailable(const Error &error)
{
    HttpResponse response = HttpResponse::error(503, "no_history", error.message);
    response.headers.emplace_back("Retry-After", "60"); // once a minute it is tried again
    return response;
}

} // namespace

void HistoryApi::addRoutes(Router &router)
{
    router.addLater("/api/v1/history", [this](const HttpRequest &request, const HttpReply &reply) { answer(request, reply); });
}

void HistoryApi::answer(const HttpRequest &request, const HttpReply &reply)
{
    const auto name = request.queryValue("window");
    const auto window = name ? historyWindowNamed(*name) : std::optional(usualWindow);
    if (!window) {
        reply(HttpResponse::error(400, "bad_window", "window is one of 2h, 24h, 3d, 1w, 1m, 1y"));
        return;
    }
    m_ask(*window, [this, reply](const Result<HistorySeriesPtr> &series) {
        reply(series ? responseOf(*series) : unavailable(series.error()));
    });
}

HttpResponse HistoryApi::responseOf(const HistorySeriesPtr &series)
{
    Body &body = m_bodies[static_cast<std::size_t>(series->window)];
    if (body.series != series) {
        std::string text;
        JsonWriter json(text);
        encode(json, *series);
        body = {series, std::make_shared<const std::string>(std::move(text))};
    }
    HttpResponse response = HttpResponse::json({});
    response.shareBody(body.json);
    return response;
}

} // namespace tipwatch
