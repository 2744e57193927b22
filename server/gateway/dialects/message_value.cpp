// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/message_value.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tipwatch {

std::optional<double> MessageValue::number() const
{
    if (const auto *integer = std::get_if<std::int64_t>(&m_value))
        return static_cast<double>(*integer);
    if (const auto *natural = std::get_if<std::uint64_t>(&m_value))
        return static_cast<double>(*natural);
    if (const auto *number = std::get_if<double>(&m_value))
        return *number;
    return std::nullopt;
}

std::optional<std::int64_t> MessageValue::integer() const
{
    constexpr double bound = 9007199254740992; // 2^53: up to there a double says which integer is meant
    if (const auto *integer = std::get_if<std::int64_t>(&m_value))
        return *integer;
    if (const auto *natural = std::get_if<std::uint64_t>(&m_value)) {
        if (*natural <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return static_cast<std::int64_t>(*natural);
        return std::nullopt;
    }
    if (const auto *number = std::get_if<double>(&m_value);
        number && std::abs(*number) <= bound && std::trunc(*number) == *number)
        return static_cast<std::int64_t>(*number);
    return std::nullopt;
}

const MessageValue *MessageValue::member(std::string_view name) const
{
    const Object *members = object();
    if (!members)
        return nullptr;
    const auto found = std::find_if(members->begin(), members->end(), [&](const MessageMember &m) { return m.name == name; });
    return found == members->end() || found->value.isNull() ? nullptr : &found->value;
}

std::optional<std::string> MessageValue::echo(Encoding encoding) const
{
    const auto written = [&](const auto &value) {
        return encoded(encoding, maxEchoedLength, [&](ValueWriter &out) { out.value(value); });
    };
    if (const auto *integer = std::get_if<std::int64_t>(&m_value))
        return written(*integer);
    if (const auto *natural = std::get_if<std::uint64_t>(&m_value))
        return written(*natural);
    if (const auto *number = std::get_if<double>(&m_value))
        return written(*number);
    if (const std::string *string = text(); string && string->size() <= maxEchoedLength)
        return written(std::string_view(*string));
    return std::nullopt;
}

tl::unexpected<RequestError> refuse(std::string_view code, std::string message, std::string id, std::string channel)
{
    return tl::unexpected(RequestError{code, std::move(message), std::move(channel), std::move(id)});
}

std::string shownWord(std::string_view word)
{
    constexpr std::size_t longest = 64; // bytes
    if (word.size() <= longest)
        return std::string(word);
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80)
        --end;
    return std::string(word.substr(0, end)) + "...";
}

tl::expected<std::vector<std::string>, RequestError> readNames(const MessageValue &message, std::string_view key,
                                                               const std::string &id)
{
    const MessageValue *listed = message.member(key);
    const MessageValue::List *list = listed ? listed->list() : nullptr;
    if (!list)
        return refuse("bad_message", '"' + std::string(key) + "\" is a list of names", id);
    if (list->size() > MessageCaps::channels)
        return refuse("too_many_channels", "at most 100 channels in one message", id);
    std::vector<std::string> names;
    for (const MessageValue &entry : *list) {
        if (!entry.text())
            return refuse("bad_message", "a name is a text", id);
        names.push_back(*entry.text());
    }
    return names;
}

tl::expected<std::string, RequestError> readEcho(const MessageValue &message, std::string_view key, Encoding encoding,
                                                 const std::string &id)
{
    const MessageValue *value = message.member(key);
    if (!value)
        return std::string();
    if (std::optional<std::string> text = value->echo(encoding))
        return std::move(*text);
    return refuse("bad_message", '"' + std::string(key) + "\" is a number or a text of at most 128 bytes", id);
}

} // namespace tipwatch
