// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/alert_api.h"

#include "server/gateway/front_door/router.h"
#include "shared/protocol/alert_encoder.h"
#include "shared/protocol/json_writer.h"
#include "shared/state/chain_store.h"

namespace tipwatch {

void AlertApi::addRoutes(Router &router)
{
    router.add("/api/v1/alerts", [this](const HttpRequest &) {
        const ChainSnapshotPtr snapshot = m_store.snapshot();
        std::string body;
        JsonWriter json(body);
        json.beginObject().key("active");
        encode(json, snapshot->activeAlerts);
        json.key("recent");
        encode(json, snapshot->recentAlerts);
        json.endObject();
        HttpResponse response = HttpResponse::json(std::move(body));
        response.headers.emplace_back("Tipwatch-Position", snapshot->position.toText());
        return response;
    });
}

} // namespace tipwatch
