// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/address_api.h"

#include "server/gateway/front_door/rest_words.h"
#include "server/gateway/front_door/router.h"
#include "shared/domain/address.h"
#include "shared/protocol/json_writer.h"
#include "shared/protocol/track_name.h"
#include "shared/protocol/tracked_encoder.h"
#include "shared/protocol/transaction_encoder.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

void encodeScan(ValueWriter &out, const QueryAnswer<ScanResultPtr> &answer)
{
    if (answer)
        return encode(out, **answer);
    out.beginObject().member("code", queryErrorName(answer.error().kind)).member("message", answer.error().message).endObject();
}

} // namespace

void AddressApi::addRoutes(Router &router)
{
    router
        .addLater("/api/v1/address/{address}",
                  [this](const HttpRequest &request, const HttpReply &reply) { address(request, reply); })
        .about(Channel::Track);
    router
        .addLater("/api/v1/address/{address}/scan",
                  [this](const HttpRequest &request, const HttpReply &reply) { scan(request, reply); })
        .about(Channel::Track);
}

/// Nothing: what is wrong has been answered.
std::optional<Script> AddressApi::scriptIn(const HttpRequest &request, const HttpReply &reply) const
{
    const std::string network = m_needs.network();
    if (network.empty()) {
        reply(HttpResponse::error(503, "not_known_yet", "which network the addresses are of is not known yet"));
        return std::nullopt;
    }
    auto script = scriptOf(request.parameters.front(), network);
    if (!script) {
        reply(HttpResponse::error(400, "bad_address", script.error().message));
        return std::nullopt;
    }
    return std::move(*script);
}

const AddressApi::Lease &AddressApi::lease(const Script &script)
{
    const std::int64_t now = m_needs.clock.steadyMs();
    while (!m_leases.empty() && m_leases.front().until < now)
        m_leases.pop_front();
    Lease lease{script, nullptr, m_needs.clock.unixMs(), 0};
    const auto known = std::find_if(m_leases.begin(), m_leases.end(), [&](const Lease &l) { return l.script == script; });
    if (known != m_leases.end()) {
        lease = *known;
        m_leases.erase(known);
    } else {
        lease.watch = m_needs.watches.watch(script);
    }
    lease.until = now + leaseMs;
    m_leases.push_back(std::move(lease));
    if (m_leases.size() > mostLeases)
        m_leases.pop_front();
    return m_leases.back();
}

void AddressApi::address(const HttpRequest &request, const HttpReply &reply)
{
    const auto script = scriptIn(request, reply);
    if (!script)
        return;
    const std::int64_t since = lease(*script).since;
    m_needs.askForHistory(*script, [this, script = *script, since, reply](const std::optional<ScriptHistory> &history) {
        const std::string network = m_needs.network();
        std::string body;
        JsonWriter json(body);
        json.beginObject().member("address", shownScript(script, network)).member("script", hexOf(script));
        json.member("watchedSince", since).member("knownCoins", history ? history->coins : 0);
        json.key("activity").beginArray();
        for (std::size_t i = history ? history->activity.size() : 0; i-- > 0;)
            encode(json, history->activity[i], network);
        json.endArray().key("scan");
        if (m_scan && m_scan->script == script && m_scan->answer)
            encodeScan(json, *m_scan->answer);
        else
            json.null();
        json.endObject();
        reply(at(m_needs.position(), HttpResponse::json(std::move(body))));
    });
}

// --- scans

void AddressApi::scan(const HttpRequest &request, const HttpReply &reply)
{
    const auto script = scriptIn(request, reply);
    if (!script)
        return;
    const bool isThis = m_scan && m_scan->script == *script;
    const auto wish = request.queryValue("do");
    if (wish && *wish != "start" && *wish != "cancel") {
        reply(HttpResponse::error(400, "bad_do", "do is start or cancel; without it the state of the scan is told"));
        return;
    }
    if (wish && *wish == "cancel") {
        if (isThis && m_scan->isUnderWay)
            m_needs.questions.cancelScan();
    } else if (wish && !(isThis && m_scan->isUnderWay)) {
        if (m_scan && m_scan->isUnderWay) {
            HttpResponse busy =
                HttpResponse::error(409, "busy", "a scan for another address is under way; the node does one at a time");
            busy.headers.emplace_back("Retry-After", "5");
            reply(std::move(busy));
            return;
        }
        lease(*script); // what it finds is of use only while the address is watched
        begin(*script);
    }
    reply(scanResponse(*script));
}

void AddressApi::begin(const Script &script)
{
    m_scan = Scan{script};
    m_needs.questions.scan(
        script,
        [this](double share) {
            if (m_scan)
                m_scan->progress = share;
        },
        [this, script](const QueryAnswer<ScanResultPtr> &answer) {
            m_scan->isUnderWay = false;
            m_scan->answer = answer;
            if (answer)
                m_needs.watches.learn(script, *answer);
        });
}

HttpResponse AddressApi::scanResponse(const Script &script) const
{
    const bool isThis = m_scan && m_scan->script == script;
    const std::string network = m_needs.network();
    std::string body;
    JsonWriter json(body);
    json.beginObject().member("address", shownScript(script, network));
    const char *state = !isThis                                                       ? "none"
                        : m_scan->isUnderWay                                          ? "running"
                        : *m_scan->answer                                             ? "done"
                        : m_scan->answer->error().kind == QueryError::Kind::Cancelled ? "cancelled"
                                                                                      : "failed";
    json.member("state", state).key("progress");
    if (isThis && m_scan->isUnderWay)
        json.value(m_scan->progress);
    else
        json.null();
    json.key("result");
    if (isThis && m_scan->answer && *m_scan->answer)
        encode(json, ***m_scan->answer);
    else
        json.null();
    json.key("error");
    if (isThis && m_scan->answer && !*m_scan->answer)
        encodeScan(json, *m_scan->answer);
    else
        json.null();
    json.endObject();
    HttpResponse response = HttpResponse::json(std::move(body), isThis && m_scan->isUnderWay ? 202 : 200);
    response.setHeader("Cache-Control", "no-store");
    return at(m_needs.position(), std::move(response));
}

} // namespace tipwatch
