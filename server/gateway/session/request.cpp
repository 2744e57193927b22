// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/request.h"

#include "shared/protocol/json_writer.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tipwatch {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::size_t maxShownName = 64; ///< bytes of a client's word that an error repeats

tl::unexpected<RequestError> refuse(std::string_view code, std::string message, std::string id = {})
{
    return tl::unexpected(RequestError{code, std::move(message), {}, std::move(id)});
}

/// Cut between characters.
std::string shown(std::string_view word)
{
    if (word.size() <= maxShownName)
        return std::string(word);
    std::size_t end = maxShownName;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80)
        --end;
    return std::string(word.substr(0, end)) + "...";
}

std::optional<element> member(const object &from, std::string_view name)
{
    element value;
    if (from.at_key(name).get(value) != simdjson::SUCCESS || value.is_null())
        return std::nullopt;
    return value;
}

/// A number or a short string as JSON text; nothing for anything else.
std::optional<std::string> echoable(const element &value)
{
    std::string text;
    JsonWriter json(text);
    switch (value.type()) {
    case element_type::INT64:
        json.value(value.get_int64().value_unsafe());
        return text;
    case element_type::UINT64:
        json.value(value.get_uint64().value_unsafe());
        return text;
    case element_type::DOUBLE:
        json.value(value.get_double().value_unsafe());
        return text;
    case element_type::STRING: {
        const std::string_view string = value.get_string().value_unsafe();
        if (string.size() > RequestParser::maxEchoedLength)
            return std::nullopt;
        json.value(string);
        return text;
    }
    default:
        return std::nullopt;
    }
}

bool isEmptyObject(const element &value)
{
    object members;
    return value.get(members) == simdjson::SUCCESS && members.size() == 0;
}

/// @p entry: "tip" or {"name":"tip"}.
void addChannel(Request &request, const element &entry)
{
    object described;
    const bool isObject = entry.get(described) == simdjson::SUCCESS;
    const std::optional<element> named = isObject ? member(described, "name") : entry;
    std::string_view name;
    if (!named || named->get(name) != simdjson::SUCCESS) {
        request.refused.push_back({"bad_message", "a channel is a name or an object with a name", {}, request.id});
        return;
    }
    const std::optional<Channel> channel = channelFromName(name);
    const std::optional<element> filter = isObject ? member(described, "filter") : std::nullopt;
    if (!channel)
        request.refused.push_back({"unknown_channel", "there is no channel of this name", shown(name), request.id});
    else if (filter && !isEmptyObject(*filter)) // sending everything to someone who asked for a part would be the worse answer
        request.refused.push_back({"bad_filter", "this channel cannot be filtered", shown(name), request.id});
    else
        request.channels.insert(*channel);
}

} // namespace

struct RequestParser::Parser {
    simdjson::dom::parser dom;
};

RequestParser::RequestParser(std::size_t maxMessage)
    : m_parser(std::make_unique<Parser>(Parser{simdjson::dom::parser(maxMessage)}))
{
}

RequestParser::~RequestParser() = default;

tl::expected<Request, RequestError> RequestParser::parse(std::string_view json)
{
    simdjson::dom::parser &parser = m_parser->dom;
    // Grows to the longest message seen; the depth has to be said each time it does.
    if (parser.capacity() < json.size() || parser.max_depth() != maxDepth) {
        if (parser.allocate(std::max<std::size_t>(json.size(), 4096), maxDepth) != simdjson::SUCCESS)
            return refuse("too_large", "the message is too long");
    }
    element root;
    if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS)
        return refuse("bad_json", error == simdjson::DEPTH_ERROR ? "nested too deeply" : "not valid JSON");
    object message;
    if (root.get(message) != simdjson::SUCCESS)
        return refuse("bad_message", "a message is a JSON object");

    Request request;
    if (const auto id = member(message, "id")) {
        std::optional<std::string> text = echoable(*id);
        if (!text)
            return refuse("bad_message", "an id is a number or a string of at most 128 bytes");
        request.id = std::move(*text);
    }
    std::string_view op;
    if (const auto named = member(message, "op"); !named || named->get(op) != simdjson::SUCCESS)
        return refuse("bad_message", "\"op\" says what to do: subscribe, unsubscribe, snapshot or ping", request.id);

    static constexpr std::array<std::pair<std::string_view, Request::Op>, 4> ops{{{"subscribe", Request::Op::Subscribe},
                                                                                  {"unsubscribe", Request::Op::Unsubscribe},
                                                                                  {"snapshot", Request::Op::Snapshot},
                                                                                  {"ping", Request::Op::Ping}}};
    const auto known = std::find_if(ops.begin(), ops.end(), [&](const auto &o) { return o.first == op; });
    if (known == ops.end())
        return refuse("unknown_op", "there is no op \"" + shown(op) + "\"", request.id);
    request.op = known->second;

    if (request.op == Request::Op::Ping) {
        if (const auto timestamp = member(message, "timestamp")) {
            std::optional<std::string> text = echoable(*timestamp);
            if (!text)
                return refuse("bad_message", "a timestamp is a number or a short string", request.id);
            request.timestamp = std::move(*text);
        }
        return request;
    }

    simdjson::dom::array channels;
    const auto listed = member(message, "channels");
    if (!listed || listed->get(channels) != simdjson::SUCCESS)
        return refuse("bad_message", "\"channels\" is a list of channels", request.id);
    if (channels.size() > maxChannels)
        return refuse("too_many_channels", "at most 100 channels in one message", request.id);
    for (const element entry : channels)
        addChannel(request, entry);
    return request;
}

} // namespace tipwatch
