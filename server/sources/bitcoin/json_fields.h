// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <simdjson.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Reads members of a JSON object. The first one that is missing or of another type is remembered; from then on everything reads as zero or
/// empty, so callers check once at the end.
class JsonFields {
public:
    /// @p method names the answer in errors; it must outlive this.
    JsonFields(const simdjson::dom::element &element, std::string_view method);

    bool has(const char *name) const;
    std::int64_t integer(const char *name, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t most = std::numeric_limits<std::int64_t>::max());
    Height height(const char *name);
    double number(const char *name);
    bool boolean(const char *name);
    std::string text(const char *name);
    /// In the node's unit, BTC.
    Satoshi amount(const char *name);
    /// In the node's unit, BTC per 1000 virtual bytes.
    Feerate feerate(const char *name);
    template <class Hash> Hash hash(const char *name) { return hashOf<Hash>(text(name), name); }
    template <class Hash> std::vector<Hash> hashes(const char *name)
    {
        std::vector<Hash> all;
        const auto list = array(name);
        if (!list)
            return all;
        all.reserve(list->size());
        for (const auto item : *list) {
            std::string_view hex;
            if (item.get(hex) != simdjson::SUCCESS)
                wrong(name, "a list of hashes");
            else
                all.push_back(hashOf<Hash>(hex, name));
        }
        return all;
    }
    std::optional<simdjson::dom::array> array(const char *name);
    std::optional<simdjson::dom::element> element(const char *name);
    /// A list of texts, or one text (Core before 28), of which nothing is left if it is empty.
    std::vector<std::string> texts(const char *name);

    void wrong(const char *name, std::string_view expected);
    void missing(const char *name);
    bool hasFailed() const { return m_error.has_value(); }
    const Error &error() const { return *m_error; }

private:
    template <class Hash> Hash hashOf(std::string_view hex, const char *name)
    {
        const auto parsed = Hash::fromHex(hex);
        if (!parsed)
            wrong(name, "a hash of 64 hex digits");
        return parsed.value_or(Hash());
    }

    std::optional<simdjson::dom::object> m_object;
    std::string_view m_method;
    std::optional<Error> m_error;
};

} // namespace tipwatch
