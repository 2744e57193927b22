// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/rest_api.h"

#include "server/gateway/front_door/rest_words.h"
#include "server/gateway/front_door/router.h"
#include "shared/protocol/encoder.h"
#include "shared/protocol/history_encoder.h"
#include "shared/state/chain_store.h"

#include <utility>

namespace tipwatch {

namespace {

HttpResponse notKnownYet()
{
    return HttpResponse::error(503, "not_known_yet", "the chain is not known yet; see /api/v1/status");
}

} // namespace

RestApi::RestApi(Needs needs) : m_needs(std::move(needs)) {}

void RestApi::addRoutes(Router &router)
{
    const auto add = [&](std::string_view pattern, auto handler,
                         Router::Access access = Router::Access::Data) -> Router::Route & {
        return router.add(
            pattern,
            [this, handler](const HttpRequest &request) {
                const ChainSnapshotPtr snapshot = m_needs.store.snapshot();
                return at(snapshot->position, handler(*snapshot, request));
            },
            access);
    };
    add("/api/v1/tip", [this](const ChainSnapshot &s, const HttpRequest &) { return tip(s); }).about(Channel::Tip);
    add("/api/v1/mempool", [](const ChainSnapshot &s, const HttpRequest &) {
        return HttpResponse::json(toJson(s.mempool));
    }).about(Channel::Mempool);
    add("/api/v1/projected", [](const ChainSnapshot &s, const HttpRequest &) {
        return HttpResponse::json(toJson(s.projection));
    }).about(Channel::Projected);
    add("/api/v1/fees", [](const ChainSnapshot &s, const HttpRequest &) {
        return HttpResponse::json(toJson(s.fees));
    }).about(Channel::Fees);
    add("/api/v1/difficulty", [](const ChainSnapshot &s, const HttpRequest &) {
        return s.difficulty.isKnown() ? HttpResponse::json(toJson(s.difficulty)) : notKnownYet();
    }).about(Channel::Difficulty);
    add("/api/v1/network", [](const ChainSnapshot &s, const HttpRequest &) {
        return HttpResponse::json(toJson(s.network));
    }).about(Channel::Network);
    add("/api/v1/status", [this](const ChainSnapshot &s, const HttpRequest &) { return status(s); }).about(Channel::Status);
    add("/readyz", [this](const ChainSnapshot &s, const HttpRequest &) { return ready(s); });
    add(
        "/healthz", [](const ChainSnapshot &, const HttpRequest &) { return HttpResponse::json("{\"status\":\"ok\"}"); },
        Router::Access::Open);
    add("/api/{rest*}", [](const ChainSnapshot &, const HttpRequest &) {
        return HttpResponse::error(404, "not_found", "the API has nothing at this path");
    });
}

HttpResponse RestApi::tip(const ChainSnapshot &snapshot) const
{
    if (!snapshot.tip.isKnown())
        return notKnownYet();
    return HttpResponse::json(toJson(snapshot.tip));
}

/// The data of the status channel, and what only the server knows.
HttpResponse RestApi::status(const ChainSnapshot &snapshot) const
{
    std::string body = toJson(snapshot.status);
    body.pop_back(); // the object goes on
    std::string more;
    JsonWriter json(more);
    const GatewayStatus gateway = m_needs.gatewayStatus();
    json.beginObject().member("server", m_needs.server).member("position", snapshot.position.toText());
    json.member("epoch", snapshot.position.epochText()).member("seq", snapshot.position.seq);
    json.key("gateway").beginObject().member("url", gateway.url).member("clients", gateway.clients).endObject();
    json.key("history");
    encode(json, m_needs.historyStatus());
    json.endObject();
    more.front() = ',';
    return HttpResponse::json(body + more);
}

HttpResponse RestApi::ready(const ChainSnapshot &snapshot) const
{
    const SourceStatus &source = snapshot.status;
    const bool isReady = source.exact || source.state == SourceState::Live;
    std::string body;
    JsonWriter json(body);
    json.beginObject()
        .member("ready", isReady)
        .member("state", stateName(source.state))
        .member("exact", source.exact)
        .key("reason");
    source.reason.empty() ? json.null() : json.value(source.reason);
    json.endObject();
    return HttpResponse::json(std::move(body), isReady ? 200 : 503);
}

} // namespace tipwatch
