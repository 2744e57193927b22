// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/client_request.h"
#include "server/gateway/dialects/encoding.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tipwatch {

struct MessageMember;

/// A value of a client's message, in whichever encoding it came. Whoever made it has capped depth and count; no object has a key twice.
class MessageValue {
public:
    using List = std::vector<MessageValue>;
    using Object = std::vector<MessageMember>;
    using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, List, Object>;

    MessageValue() = default;
    explicit MessageValue(Value value);

    bool isNull() const { return std::holds_alternative<std::nullptr_t>(m_value); }
    const std::string *text() const { return std::get_if<std::string>(&m_value); }
    const List *list() const { return std::get_if<List>(&m_value); }
    const Object *object() const { return std::get_if<Object>(&m_value); }
    /// Finite.
    std::optional<double> number() const;
    /// Also one that is written as 1.0 or 1e3.
    std::optional<std::int64_t> integer() const;

    /// @return null if this is no object, or has no such member, or a null one.
    const MessageValue *member(std::string_view name) const;

    /// Numbers and texts of at most maxEchoedLength bytes, to be sent back as they came; nothing for anything else.
    std::optional<std::string> echo(Encoding encoding) const;
    static constexpr std::size_t maxEchoedLength = 128;

private:
    Value m_value;
};

struct MessageMember {
    std::string name;
    MessageValue value;
};

inline MessageValue::MessageValue(Value value) : m_value(std::move(value)) {} // needs the whole of MessageMember

/// What a message may have at most; the protocols need far less.
struct MessageCaps {
    static constexpr std::size_t depth = 16;      ///< of nesting
    static constexpr std::size_t values = 10'000; ///< in all
    static constexpr std::size_t members = 64;    ///< of one object
    static constexpr std::size_t channels = 100;  ///< named in one message
};

tl::unexpected<RequestError> refuse(std::string_view code, std::string message, std::string id = {}, std::string channel = {});

/// A client's word as an error repeats it: cut, between characters.
std::string shownWord(std::string_view word);

/// The list of texts that @p message has under @p key, of MessageCaps::channels at most.
tl::expected<std::vector<std::string>, RequestError> readNames(const MessageValue &message, std::string_view key,
                                                               const std::string &id);

/// The id or timestamp under @p key for an answer; empty if there is none.
tl::expected<std::string, RequestError> readEcho(const MessageValue &message, std::string_view key, Encoding encoding,
                                                 const std::string &id = {});

} // namespace tipwatch
