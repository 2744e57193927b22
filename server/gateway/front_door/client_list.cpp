// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/client_list.h"

#include "server/gateway/reactor/reactor.h"
#include "shared/protocol/json_writer.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

std::string_view nameOf(Wire wire)
{
    switch (wire) {
    case Wire::Json:
        return "json";
    case Wire::Cbor:
        return "cbor";
    case Wire::Indexer:
        return "indexer";
    case Wire::States:
        return "states";
    case Wire::Signals:
        return "signals";
    case Wire::Nodes:
        return "nodes";
    case Wire::EventStream:
        return "events";
    }
    return {};
}

void encode(JsonWriter &json, const ClientInfo &client)
{
    json.beginObject().member("id", client.id).member("remote", client.remote).member("dialect", nameOf(client.wire));
    json.key("channels").beginArray();
    for (const Channel channel : allChannels) {
        if (client.channels.contains(channel))
            json.value(channelName(channel));
    }
    json.endArray().member("filters", client.filters);
    json.member("connectedSeconds", static_cast<double>(client.connectedMs) / 1000);
    json.member("messagesIn", client.messagesIn).member("messagesOut", client.messagesOut);
    json.member("bytesIn", client.bytesIn).member("bytesOut", client.bytesOut);
    json.member("queuedMessages", client.queuedMessages).member("queuedBytes", client.queuedBytes);
    json.member("behind", client.isBehind).member("dropped", client.dropped);
    json.key("latencyMs");
    client.latencyMs < 0 ? json.null() : json.value(client.latencyMs);
    json.endObject();
}

HttpResponse responseFor(std::vector<ClientInfo> clients)
{
    std::sort(clients.begin(), clients.end(), [](const ClientInfo &a, const ClientInfo &b) { return a.id < b.id; });
    std::string body;
    JsonWriter json(body);
    json.beginArray();
    for (const ClientInfo &client : clients)
        encode(json, client);
    json.endArray();
    return HttpResponse::json(std::move(body));
}

} // namespace

ClientList::ClientList(Reactor &reactor, QObject &door) : m_reactor(reactor)
{
    m_way->door = &door;
}

ClientList::~ClientList()
{
    const std::lock_guard lock(m_way->mutex);
    m_way->door = nullptr;
}

void ClientList::addRoutes(Router &router)
{
    router.addLater(
        "/api/v1/clients", [this](const HttpRequest &, const HttpReply &reply) { answer(reply); }, Router::Access::Admin);
}

void ClientList::answer(const HttpReply &reply) const
{
    m_reactor.clients([way = m_way, reply](std::vector<ClientInfo> clients) {
        const std::lock_guard lock(way->mutex);
        if (way->door == nullptr)
            return;
        QMetaObject::invokeMethod(
            way->door, [reply, clients = std::move(clients)] { reply(responseFor(clients)); }, Qt::QueuedConnection);
    });
}

} // namespace tipwatch
