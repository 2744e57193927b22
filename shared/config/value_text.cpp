// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/value_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace tipwatch {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// The first name of a factor is the one that is written.
constexpr std::array durationUnits{Unit{"h", 3'600'000}, Unit{"min", 60'000}, Unit{"m", 60'000}, Unit{"s", 1000}, Unit{"ms", 1}};
constexpr std::array bytesUnits{Unit{"GB", 1 << 30}, Unit{"MB", 1 << 20}, Unit{"KB", 1 << 10}, Unit{"B", 1}};

template <class Number> std::optional<Number> parseWhole(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "1.5 MB" and the like; without a unit @p bare is taken.
template <std::size_t N>
std::optional<std::int64_t> parseWithUnit(std::string_view text, const std::array<Unit, N> &units, std::int64_t bare)
{
    text = trimmed(text);
    const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto number = parseNumber(text.substr(0, digits));
    const auto name = trimmed(text.substr(digits));
    if (!number)
        return std::nullopt;
    const auto unit = std::ranges::find_if(units, [&](const Unit &u) { return equalsIgnoringCase(u.name, name); });
    if (unit == units.end() && !name.empty())
        return std::nullopt;
    const double value = *number * static_cast<double>(name.empty() ? bare : unit->factor);
    if (value != std::floor(value) || value > 1e15)
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

template <std::size_t N> std::string textWithUnit(std::int64_t value, const std::array<Unit, N> &units)
{
    const auto unit = std::ranges::find_if(units, [&](const Unit &u) { return value != 0 && value % u.factor == 0; });
    return unit == units.end() ? std::to_string(value) : std::to_string(value / unit->factor) + std::string(unit->name);
}

} // namespace

std::optional<std::int64_t> parseInteger(std::string_view text)
{
    return parseWhole<std::int64_t>(text);
}

std::optional<std::uint64_t> parseNatural(std::string_view text)
{
    return parseWhole<std::uint64_t>(text);
}

std::optional<double> parseNumber(std::string_view text)
{
    const auto number = parseWhole<double>(text);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> parseBoolean(std::string_view text)
{
    for (const std::string_view yes : {"true", "on", "yes", "1"}) {
        if (equalsIgnoringCase(text, yes))
            return true;
    }
    for (const std::string_view no : {"false", "off", "no", "0"}) {
        if (equalsIgnoringCase(text, no))
            return false;
    }
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text)
{
    const auto value = parseWithUnit(text, durationUnits, 1000);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
}

std::optional<std::int64_t> parseBytes(std::string_view text)
{
    return parseWithUnit(text, bytesUnits, 1);
}

std::vector<std::string> splitList(std::string_view text)
{
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto item = trimmed(text.substr(0, comma)); !item.empty())
            items.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

std::string numberText(double number)
{
    std::array<char, 32> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return error == std::errc() ? std::string(buffer.data(), end) : std::string();
}

std::string durationText(std::chrono::milliseconds duration)
{
    return textWithUnit(duration.count(), durationUnits);
}

std::string bytesText(std::int64_t bytes)
{
    return textWithUnit(bytes, bytesUnits);
}

std::string joinList(const std::vector<std::string> &items)
{
    std::string text;
    for (const auto &item : items)
        text += (text.empty() ? "" : ",") + item;
    return text;
}

std::string withoutCredentials(std::string_view text)
{
    std::string shown;
    while (true) {
        const auto scheme = text.find("://");
        if (scheme == std::string_view::npos)
            break;
        const auto authority =
            text.substr(scheme + 3, std::min(text.find_first_of("/?# \t,\"", scheme + 3), text.size()) - scheme - 3);
        shown += text.substr(0, scheme + 3);
        text.remove_prefix(scheme + 3);
        if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
            shown += "***";
            text.remove_prefix(at);
        }
    }
    return shown.append(text);
}

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

std::optional<std::string> nearestName(std::string_view name, const std::vector<std::string> &names)
{
    std::optional<std::string> nearest;
    std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const auto &candidate : names) {
        if (const auto distance = editDistance(name, candidate); distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

} // namespace tipwatch
