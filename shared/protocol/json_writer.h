// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tipwatch {

/// Appends JSON (RFC 8259) to a string, with commas put where they belong. The caller balances begin and end.
/// Text is taken for UTF-8; bytes that are not become U+FFFD, so that the output always is.
class JsonWriter {
public:
    explicit JsonWriter(std::string &out) : m_out(out) {}

    JsonWriter &beginObject() { return open('{'); }
    JsonWriter &endObject() { return close('}'); }
    JsonWriter &beginArray() { return open('['); }
    JsonWriter &endArray() { return close(']'); }
    JsonWriter &key(std::string_view name);

    JsonWriter &value(std::string_view text);
    JsonWriter &value(const char *text) { return value(std::string_view(text)); }
    JsonWriter &value(bool flag) { return raw(flag ? "true" : "false"); }
    template <std::signed_integral T> JsonWriter &value(T number) { return integer(static_cast<std::int64_t>(number)); }
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) JsonWriter &value(T number) { return natural(static_cast<std::uint64_t>(number)); }
    /// Shortest text that reads back as the same number; what JSON cannot say (NaN, infinity) becomes null.
    JsonWriter &value(double number);
    template <class Tag> JsonWriter &value(const Hash256<Tag> &hash)
    {
        separate();
        m_out.push_back('"');
        hash.appendHex(m_out);
        m_out.push_back('"');
        m_comma = true;
        return *this;
    }
    JsonWriter &null() { return raw("null"); }
    /// @p json must be one valid JSON value.
    JsonWriter &raw(std::string_view json);

    template <class T> JsonWriter &member(std::string_view name, const T &v)
    {
        key(name);
        return value(v);
    }

private:
    JsonWriter &open(char bracket);
    JsonWriter &close(char bracket);
    JsonWriter &integer(std::int64_t number);
    JsonWriter &natural(std::uint64_t number);
    void separate();
    void quote(std::string_view text);

    std::string &m_out;
    bool m_comma = false;
};

} // namespace tipwatch
