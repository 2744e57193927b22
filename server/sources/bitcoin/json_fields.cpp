// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/json_fields.h"

#include "server/sources/bitcoin/rpc_parser.h"

namespace tipwatch {

using simdjson::SUCCESS;

JsonFields::JsonFields(const JsonElement &element, std::string_view method) : m_method(method)
{
    simdjson::dom::object object;
    if (element.get(object) == SUCCESS)
        m_object = object;
    else
        m_error = Error{std::string(method) + ": the answer is not an object"};
}

bool JsonFields::has(const char *name) const
{
    return m_object && m_object->at_key(name).error() == SUCCESS;
}

std::optional<JsonElement> JsonFields::element(const char *name)
{
    if (hasFailed())
        return std::nullopt;
    JsonElement found;
    if (m_object->at_key(name).get(found) != SUCCESS) {
        missing(name);
        return std::nullopt;
    }
    return found;
}

std::int64_t JsonFields::integer(const char *name, std::int64_t least, std::int64_t most)
{
    const auto found = element(name);
    std::int64_t value = 0;
    if (!found)
        return 0;
    if (found->get(value) != SUCCESS || value < least || value > most) {
        wrong(name, "an integer in range");
        return 0;
    }
    return value;
}

Height JsonFields::height(const char *name)
{
    return Height(static_cast<std::int32_t>(integer(name, 0, std::numeric_limits<std::int32_t>::max())));
}

double JsonFields::number(const char *name)
{
    const auto found = element(name);
    double value = 0;
    if (found && found->get(value) != SUCCESS)
        wrong(name, "a number");
    return value;
}

bool JsonFields::boolean(const char *name)
{
    const auto found = element(name);
    bool value = false;
    if (found && found->get(value) != SUCCESS)
        wrong(name, "true or false");
    return value;
}

std::string JsonFields::text(const char *name)
{
    const auto found = element(name);
    std::string_view value;
    if (found && found->get(value) != SUCCESS)
        wrong(name, "a text");
    return std::string(value);
}

Satoshi JsonFields::amount(const char *name)
{
    const auto found = element(name);
    if (!found)
        return {};
    const auto amount = parseAmount(*found);
    if (!amount)
        wrong(name, amount.error().message);
    return amount.value_or(Satoshi());
}

Feerate JsonFields::feerate(const char *name)
{
    constexpr double vbytesPerUnit = 1000;
    return Feerate(static_cast<double>(amount(name).value) / vbytesPerUnit);
}

std::optional<simdjson::dom::array> JsonFields::array(const char *name)
{
    const auto found = element(name);
    simdjson::dom::array list;
    if (!found)
        return std::nullopt;
    if (found->get(list) != SUCCESS) {
        wrong(name, "a list");
        return std::nullopt;
    }
    return list;
}

std::vector<std::string> JsonFields::texts(const char *name)
{
    const auto found = element(name);
    if (!found)
        return {};
    if (std::string_view single; found->get(single) == SUCCESS)
        return single.empty() ? std::vector<std::string>() : std::vector<std::string>{std::string(single)};
    std::vector<std::string> all;
    simdjson::dom::array list;
    if (found->get(list) != SUCCESS) {
        wrong(name, "a text or a list of texts");
        return {};
    }
    for (const auto item : list) {
        std::string_view text;
        if (item.get(text) != SUCCESS)
            wrong(name, "a list of texts");
        all.emplace_back(text);
    }
    return all;
}

void JsonFields::wrong(const char *name, std::string_view expected)
{
    if (!hasFailed())
        m_error = Error{std::string(m_method) + ": \"" + name + "\" should be " + std::string(expected)};
}

void JsonFields::missing(const char *name)
{
    if (!hasFailed())
        m_error = Error{std::string(m_method) + ": \"" + name + "\" is missing"};
}

} // namespace tipwatch
