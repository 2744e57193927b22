// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/stream_routes.h"

#include "server/gateway/front_door/router.h"
#include "server/gateway/reactor/reactor.h"
#include "shared/state/chain_store.h"

namespace tipwatch {

namespace {

using Form = StreamQuery::Form;

/// Milliseconds after which a browser comes back.
constexpr std::string_view streamBegin = "retry: 2000\n\n";

HttpResponse refusal(const RequestError &error)
{
    return HttpResponse::error(error.code == "forbidden" ? 403 : 400, error.code, error.message);
}

} // namespace

void StreamRoutes::addRoutes(Router &router)
{
    const auto add = [&](std::string_view path, Form form) {
        router.add(
            path, [this, form](const HttpRequest &request) { return begin(form, request); }, Router::Access::Client);
    };
    add("/api/v1/events", Form::EventStream);
    add("/api/v1/poll", Form::LongPoll);
}

HttpResponse StreamRoutes::begin(Form form, const HttpRequest &request)
{
    const ChainSnapshotPtr snapshot = m_store.snapshot();
    const bool isStream = form == Form::EventStream;
    const auto allowed = request.claims ? request.claims->channels : std::nullopt;
    const auto query = StreamQuery::read(form, request.query, isStream ? std::string_view(request.lastEventId) : "", allowed,
                                         snapshot->status.network);
    HttpResponse response;
    if (!query) {
        response = refusal(query.error());
    } else {
        response.headers = {{"Content-Type", isStream ? "text/event-stream" : "application/json"}, {"Cache-Control", "no-store"}};
        if (isStream) {
            response.headers.emplace_back("X-Accel-Buffering", "no"); // nginx would keep events until its buffer is full
            response.setStaticBody(streamBegin);
        }
        response.handOver = [this, asked = std::make_shared<const StreamQuery>(*query)](Newcomer client) {
            client.query = asked;
            m_reactor.adopt(std::move(client));
        };
    }
    response.headers.emplace_back("Tipwatch-Position", snapshot->position.toText());
    return response;
}

} // namespace tipwatch
