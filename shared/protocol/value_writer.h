// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <concepts>
#include <cstdint>
#include <string_view>

namespace tipwatch {

/// Appends one value of JSON's data model to a string, in whatever encoding: what is encoded is written down once for all of them. The
/// caller balances begin and end. Text is taken for UTF-8; bytes that are not become U+FFFD, so that the output always is.
class ValueWriter {
public:
    virtual ~ValueWriter() = default;

    virtual ValueWriter &beginObject() = 0;
    virtual ValueWriter &endObject() = 0;
    virtual ValueWriter &beginArray() = 0;
    virtual ValueWriter &endArray() = 0;
    /// @p name: printable ASCII without quotes and backslashes.
    virtual ValueWriter &key(std::string_view name) = 0;
    virtual ValueWriter &null() = 0;
    /// @p encoded must be one valid value in the writer's encoding.
    virtual ValueWriter &raw(std::string_view encoded) = 0;

    ValueWriter &value(std::string_view text) { return writeText(text); }
    ValueWriter &value(const char *text) { return writeText(text); }
    ValueWriter &value(bool flag) { return writeBool(flag); }
    template <std::signed_integral T> ValueWriter &value(T number) { return writeInteger(static_cast<std::int64_t>(number)); }
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) ValueWriter &value(T number) { return writeNatural(static_cast<std::uint64_t>(number)); }
    /// What JSON cannot say (NaN, infinity) becomes null.
    ValueWriter &value(double number) { return writeDouble(number); }
    template <class Tag> ValueWriter &value(const Hash256<Tag> &hash)
    {
        const auto digits = hash.hexDigits();
        return writePlain(std::string_view(digits.data(), digits.size()));
    }

    template <class T> ValueWriter &member(std::string_view name, const T &v)
    {
        key(name);
        return value(v);
    }

protected:
    virtual ValueWriter &writeText(std::string_view text) = 0;
    /// Text like that of a key.
    virtual ValueWriter &writePlain(std::string_view text) = 0;
    virtual ValueWriter &writeBool(bool flag) = 0;
    virtual ValueWriter &writeInteger(std::int64_t number) = 0;
    virtual ValueWriter &writeNatural(std::uint64_t number) = 0;
    virtual ValueWriter &writeDouble(double number) = 0;
};

} // namespace tipwatch
