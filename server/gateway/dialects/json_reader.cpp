// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace tipwatch {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t keptCapacity = 64 * 1024; ///< bytes of a message; what longer ones need (13 times as much) is given back

/// Copies what simdjson read, and counts.
class Copy {
public:
    tl::expected<MessageValue, RequestError> of(const element &from)
    {
        if (++m_values > MessageCaps::values)
            return refuse("bad_message", "more than 10000 values");
        switch (from.type()) {
        case element_type::ARRAY:
            return list(from.get_array().value_unsafe());
        case element_type::OBJECT:
            return object(from.get_object().value_unsafe());
        case element_type::INT64:
            return MessageValue(std::int64_t(from.get_int64().value_unsafe()));
        case element_type::UINT64:
            return MessageValue(std::uint64_t(from.get_uint64().value_unsafe()));
        case element_type::DOUBLE:
            return MessageValue(from.get_double().value_unsafe());
        case element_type::STRING:
            return MessageValue(std::string(from.get_string().value_unsafe()));
        case element_type::BOOL:
            return MessageValue(from.get_bool().value_unsafe());
        case element_type::NULL_VALUE:
            break;
        }
        return MessageValue();
    }

private:
    tl::expected<MessageValue, RequestError> list(const simdjson::dom::array &from)
    {
        MessageValue::List list;
        for (const element entry : from) {
            auto value = of(entry);
            if (!value)
                return value;
            list.push_back(std::move(*value));
        }
        return MessageValue(std::move(list));
    }

    tl::expected<MessageValue, RequestError> object(const simdjson::dom::object &from)
    {
        MessageValue::Object members;
        for (const auto [name, entry] : from) {
            if (members.size() == MessageCaps::members)
                return refuse("bad_message", "an object of more than 64 members");
            const auto isSame = [key = name](const MessageMember &m) { return m.name == key; };
            if (std::any_of(members.begin(), members.end(), isSame))
                return refuse("bad_message", "the key \"" + shownWord(name) + "\" comes twice");
            auto value = of(entry);
            if (!value)
                return value;
            members.push_back({std::string(name), std::move(*value)});
        }
        return MessageValue(std::move(members));
    }

    std::size_t m_values = 0;
};

std::string complaint(simdjson::error_code error)
{
    switch (error) {
    case simdjson::DEPTH_ERROR:
        return "nested too deeply";
    case simdjson::NUMBER_ERROR:
        return "a number is malformed or too great";
    case simdjson::UTF8_ERROR:
        return "not valid UTF-8";
    default:
        return "not valid JSON";
    }
}

} // namespace

struct JsonReader::Parser {
    simdjson::dom::parser dom;
};

JsonReader::JsonReader() : m_parser(std::make_unique<Parser>()) {}

JsonReader::~JsonReader() = default;

tl::expected<MessageValue, RequestError> JsonReader::read(std::string_view json)
{
    simdjson::dom::parser &parser = m_parser->dom;
    // Grows to the longest message seen; the depth has to be said each time it does.
    if (parser.capacity() < json.size() || parser.max_depth() != MessageCaps::depth) {
        if (parser.allocate(std::max<std::size_t>(json.size(), 4096), MessageCaps::depth) != simdjson::SUCCESS)
            return refuse("too_large", "the message is too long");
    }
    element root;
    const simdjson::error_code error = parser.parse(json.data(), json.size()).get(root);
    auto message = error == simdjson::SUCCESS ? Copy().of(root) : refuse("bad_json", complaint(error));
    if (parser.capacity() > keptCapacity)
        m_parser = std::make_unique<Parser>();
    if (message && !message->object())
        return refuse("bad_message", "a message is an object");
    return message;
}

} // namespace tipwatch
