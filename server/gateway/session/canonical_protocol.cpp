// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/canonical_protocol.h"

#include "shared/protocol/json_writer.h"

#include <utility>

namespace tipwatch {

namespace {

void say(const std::string &json, Outbox &out)
{
    out.push_back({Frame::text(json), std::nullopt});
}

void writePosition(JsonWriter &json, Position position)
{
    json.member("epoch", position.epochText()).member("seq", position.seq);
}

} // namespace

CanonicalProtocol::CanonicalProtocol(HelloFacts facts)
    : m_facts(std::move(facts)), m_parser(static_cast<std::size_t>(m_facts.maxMessageSize))
{
}

void CanonicalProtocol::opened(Session &session, const StreamState &stream, Outbox &out)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject().member("type", "hello").key("data").beginObject().member("server", m_facts.server);
    writePosition(json, stream.position);
    json.key("network");
    stream.network.empty() ? json.null() : json.value(stream.network);
    json.member("chain", "bitcoin").member("ping", static_cast<double>(m_facts.pingIntervalMs) / 1000);
    json.key("limits")
        .beginObject()
        .member("maxMessageSize", m_facts.maxMessageSize)
        .member("queueMessages", m_facts.queueMessages);
    json.member("maxChannels", RequestParser::maxChannels).endObject().endObject().endObject();
    say(text, out);
    saySnapshots(session.channels(), stream, out);
}

void CanonicalProtocol::textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out)
{
    const auto request = m_parser.parse(message);
    if (!request) {
        sayError(request.error(), out);
        return;
    }
    for (const RequestError &error : request->refused)
        sayError(error, out);
    if (!request->refused.empty() && request->channels.isEmpty())
        return;
    switch (request->op) {
    case Request::Op::Subscribe:
        session.subscribe(request->channels);
        sayChannels("subscribed", *request, session.channels(), stream, out);
        saySnapshots(request->channels, stream, out);
        break;
    case Request::Op::Unsubscribe:
        session.unsubscribe(request->channels);
        sayChannels("unsubscribed", *request, session.channels(), stream, out);
        break;
    case Request::Op::Snapshot:
        saySnapshots(request->channels, stream, out);
        break;
    case Request::Op::Ping:
        sayPong(*request, out);
        break;
    }
}

void CanonicalProtocol::binaryReceived(Session &, std::string_view, const StreamState &, Outbox &out)
{
    sayError({"bad_message", "messages are JSON in text frames", {}, {}}, out);
}

void CanonicalProtocol::sayError(const RequestError &error, Outbox &out)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject().member("type", "error");
    if (!error.id.empty())
        json.key("id").raw(error.id);
    json.key("error").beginObject().member("code", error.code).member("message", error.message);
    if (!error.channel.empty())
        json.member("channel", error.channel);
    json.endObject().endObject();
    say(text, out);
}

/// The channels that the client has now, and from which position on.
void CanonicalProtocol::sayChannels(std::string_view type, const Request &request, ChannelSet channels, const StreamState &stream,
                                    Outbox &out)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject().member("type", type);
    if (!request.id.empty())
        json.key("id").raw(request.id);
    json.key("data").beginObject().key("channels").beginArray();
    for (const Channel channel : allChannels) {
        if (channels.contains(channel))
            json.value(channelName(channel));
    }
    json.endArray();
    writePosition(json, stream.position);
    if (request.op == Request::Op::Subscribe)
        json.member("recovered", false); // nothing is kept to resume from, so the client reads REST for what it missed
    json.endObject().endObject();
    say(text, out);
}

void CanonicalProtocol::saySnapshots(ChannelSet channels, const StreamState &stream, Outbox &out)
{
    for (const Channel channel : allChannels) {
        const FramePtr &latest = stream.latest[static_cast<std::size_t>(channel)];
        if (channels.contains(channel) && latest)
            out.push_back({latest, channel});
    }
}

void CanonicalProtocol::sayPong(const Request &request, Outbox &out)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject().member("type", "pong");
    if (!request.id.empty())
        json.key("id").raw(request.id);
    if (!request.timestamp.empty())
        json.key("timestamp").raw(request.timestamp);
    json.endObject();
    say(text, out);
}

} // namespace tipwatch
