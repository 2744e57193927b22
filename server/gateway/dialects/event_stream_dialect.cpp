// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/event_stream_dialect.h"

#include "server/gateway/dialects/message_value.h"
#include "shared/domain/overloaded.h"

namespace tipwatch {

namespace {

constexpr std::string_view dataField = "\ndata: ";
constexpr std::string_view blockEnd = "\n\n";

/// @p json is one line: the encoder escapes control characters.
std::string block(std::string_view event, std::string_view json)
{
    std::string text;
    text.reserve(json.size() + event.size() + 20);
    return text.append("event: ").append(event).append(dataField).append(json).append(blockEnd);
}

std::string block(Position position, std::string_view event, std::string_view json)
{
    return "id: " + position.toText() + '\n' + block(event, json);
}

/// Of a canonical message that is not marked.
std::string_view typeOf(std::string_view json)
{
    json.remove_prefix(std::string_view(R"({"type":")").size());
    return json.substr(0, json.find('"'));
}

std::vector<WireMessage> blocks(std::vector<WireMessage> messages, Position position)
{
    for (WireMessage &message : messages)
        message.payload = block(position, typeOf(message.payload), message.payload);
    return messages;
}

} // namespace

std::vector<WireMessage> EventStreamDialect::encode(const ChainEvent &event, const StreamFilter *filter) const
{
    return blocks(m_json.encode(event, filter), event.position);
}

std::vector<WireMessage> EventStreamDialect::encode(const StreamMetrics &metrics, const ChainSnapshot &at,
                                                    std::int64_t timestamp) const
{
    return blocks(m_json.encode(metrics, at, timestamp), at.position);
}

std::vector<WireMessage> EventStreamDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels,
                                                    const StreamFilter *filter, std::int64_t timestamp) const
{
    return blocks(m_json.encode(snapshot, channels, filter, timestamp), snapshot.position);
}

std::optional<std::string> EventStreamDialect::marked(std::string_view payload) const
{
    payload.remove_prefix(payload.find('\n') + 1); // the id
    const std::size_t json = payload.find(dataField) + dataField.size();
    std::string text(payload.substr(0, json));
    return text.append(*m_json.marked(payload.substr(json)));
}

tl::expected<ClientRequest, RequestError> EventStreamDialect::parse(std::string_view, bool, std::string_view)
{
    return refuse("bad_message", "nothing is heard from an event stream's client");
}

std::string EventStreamDialect::put(const Answer &answer) const
{
    return std::visit(Overloaded{
                          [&](const Hello &hello) { return block(hello.position, "hello", m_json.put(answer)); },
                          [&](const RequestError &error) { return block(error.code, m_json.put(answer)); },
                          [](const auto &) { return std::string(); },
                      },
                      answer);
}

} // namespace tipwatch
