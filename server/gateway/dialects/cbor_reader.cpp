// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/cbor_reader.h"

#include "shared/protocol/utf8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tipwatch {

namespace {

enum Major : unsigned { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };
constexpr unsigned indefinite = 31;
constexpr std::uint8_t breakByte = 0xff;

/// RFC 8949, appendix D.
double halfToDouble(std::uint64_t half)
{
    const auto exponent = static_cast<int>(half >> 10 & 0x1f);
    const auto mantissa = static_cast<double>(half & 0x3ff);
    double value = 0;
    if (exponent == 0)
        value = std::ldexp(mantissa, -24);
    else if (exponent != 31)
        value = std::ldexp(mantissa + 1024, exponent - 25);
    else
        value = mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    return (half & 0x8000) != 0 ? -value : value;
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : m_rest(bytes) {}

    std::optional<MessageValue> message()
    {
        std::optional<MessageValue> value = item(0);
        if (value && !m_rest.empty())
            return fail("something follows the message");
        if (value && !value->object())
            return fail("a message is a map");
        return value;
    }

    std::string takeComplaint() { return std::move(m_complaint); }

private:
    /// Where an item begins (RFC 8949 §3).
    struct Head {
        unsigned major = 0;
        unsigned information = 0; ///< the five low bits
        std::uint64_t argument = 0;
        bool isIndefinite() const { return information == indefinite; }
    };

    /// @return nothing, of whatever type is asked for; the first complaint is kept.
    std::nullopt_t fail(std::string complaint)
    {
        if (m_complaint.empty())
            m_complaint = std::move(complaint);
        return std::nullopt;
    }

    std::optional<Head> head()
    {
        if (m_rest.empty())
            return fail("not complete");
        const unsigned initial = static_cast<std::uint8_t>(m_rest.front());
        m_rest.remove_prefix(1);
        Head head{initial >> 5u, initial & 31u, initial & 31u};
        if (head.information < 24 ||
            (head.isIndefinite() && head.major != Unsigned && head.major != Negative && head.major != Tag))
            return head;
        if (head.information > 27)
            return fail("not valid CBOR");
        const std::size_t length = std::size_t(1) << (head.information - 24);
        if (m_rest.size() < length)
            return fail("not complete");
        head.argument = 0;
        for (const char c : m_rest.substr(0, length))
            head.argument = head.argument << 8 | static_cast<std::uint8_t>(c);
        m_rest.remove_prefix(length);
        return head;
    }

    /// @return whether the list or map of @p head has ended at its @p index-th item; a break is consumed.
    bool isAtEnd(const Head &head, std::uint64_t index)
    {
        if (!head.isIndefinite())
            return index == head.argument;
        if (m_rest.empty() || static_cast<std::uint8_t>(m_rest.front()) != breakByte)
            return false;
        m_rest.remove_prefix(1);
        return true;
    }

    std::optional<MessageValue> item(std::size_t depth)
    {
        if (++m_values > MessageCaps::values)
            return fail("more than 10000 values");
        const std::optional<Head> h = head();
        if (!h)
            return std::nullopt;
        switch (h->major) {
        case Unsigned:
            return MessageValue(h->argument);
        case Negative:
            if (h->argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return fail("a number is too small");
            return MessageValue(-1 - static_cast<std::int64_t>(h->argument));
        case Text: {
            std::optional<std::string> string = text(*h);
            return string ? std::optional(MessageValue(std::move(*string))) : std::nullopt;
        }
        case Array:
            return list(*h, depth + 1);
        case Map:
            return map(*h, depth + 1);
        case Simple:
            return simple(*h);
        default:
            return fail("byte strings and tags are not used");
        }
    }

    std::optional<std::string> chunk(const Head &head)
    {
        if (head.argument > m_rest.size())
            return fail("not complete");
        std::string text(m_rest.substr(0, static_cast<std::size_t>(head.argument)));
        m_rest.remove_prefix(text.size());
        if (!isUtf8(text))
            return fail("not valid UTF-8");
        return text;
    }

    std::optional<std::string> text(const Head &head)
    {
        if (!head.isIndefinite())
            return chunk(head);
        std::string whole;
        while (!isAtEnd(head, 0)) {
            const std::optional<Head> next = this->head();
            if (!next)
                return std::nullopt;
            if (next->major != Text || next->isIndefinite())
                return fail("not valid CBOR");
            const std::optional<std::string> part = chunk(*next);
            if (!part)
                return std::nullopt;
            whole += *part;
        }
        return whole;
    }

    std::optional<MessageValue> list(const Head &head, std::size_t depth)
    {
        if (depth > MessageCaps::depth)
            return fail("nested too deeply");
        MessageValue::List list;
        for (std::uint64_t i = 0; !isAtEnd(head, i); ++i) {
            std::optional<MessageValue> value = item(depth);
            if (!value)
                return std::nullopt;
            list.push_back(std::move(*value));
        }
        return MessageValue(std::move(list));
    }

    std::optional<MessageValue> map(const Head &head, std::size_t depth)
    {
        if (depth > MessageCaps::depth)
            return fail("nested too deeply");
        MessageValue::Object members;
        for (std::uint64_t i = 0; !isAtEnd(head, i); ++i) {
            if (members.size() == MessageCaps::members)
                return fail("a map of more than 64 members");
            const std::optional<Head> key = this->head();
            if (!key)
                return std::nullopt;
            if (key->major != Text)
                return fail("a key is a text");
            std::optional<std::string> name = text(*key);
            if (!name)
                return std::nullopt;
            if (std::any_of(members.begin(), members.end(), [&](const MessageMember &m) { return m.name == *name; }))
                return fail("the key \"" + shownWord(*name) + "\" comes twice");
            std::optional<MessageValue> value = item(depth);
            if (!value)
                return std::nullopt;
            members.push_back({std::move(*name), std::move(*value)});
        }
        return MessageValue(std::move(members));
    }

    std::optional<MessageValue> simple(const Head &head)
    {
        switch (head.information) {
        case 20:
            return MessageValue(false);
        case 21:
            return MessageValue(true);
        case 22: // null
        case 23: // undefined, which JavaScript's encoders write for it
            return MessageValue();
        case 25:
            return number(halfToDouble(head.argument));
        case 26:
            return number(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument))));
        case 27:
            return number(std::bit_cast<double>(head.argument));
        default:
            return fail("not valid CBOR"); // a break where none can be, or a simple value that means nothing
        }
    }

    std::optional<MessageValue> number(double value)
    {
        if (!std::isfinite(value))
            return fail("a number is not finite");
        return MessageValue(value);
    }

    std::string_view m_rest;
    std::size_t m_values = 0;
    std::string m_complaint;
};

} // namespace

tl::expected<MessageValue, RequestError> readCbor(std::string_view cbor)
{
    Reader reader(cbor);
    std::optional<MessageValue> message = reader.message();
    if (!message)
        return refuse("bad_message", "CBOR: " + reader.takeComplaint());
    return std::move(*message);
}

} // namespace tipwatch
