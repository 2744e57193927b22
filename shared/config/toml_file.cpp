// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/toml_file.h"

#include "shared/config/value_text.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) static_assert(true) // it asserts of "[!" what it reports as an error two lines later
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace tipwatch {

namespace {

std::string place(const std::string &path, const toml::source_position &at)
{
    return path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::optional<std::string> scalarText(const toml::node &node)
{
    if (const auto *text = node.as_string())
        return text->get();
    if (const auto *integer = node.as_integer())
        return std::to_string(integer->get());
    if (const auto *number = node.as_floating_point())
        return numberText(number->get());
    if (const auto *boolean = node.as_boolean())
        return boolean->get() ? "true" : "false";
    return std::nullopt;
}

std::optional<std::string> valueText(const toml::node &node)
{
    const auto *array = node.as_array();
    if (!array)
        return scalarText(node);
    std::vector<std::string> items;
    for (const auto &element : *array) {
        auto text = scalarText(element);
        if (!text)
            return std::nullopt;
        items.push_back(std::move(*text));
    }
    return joinList(items);
}

/// @return the complaint about the first value that no setting can have.
std::optional<std::string> collect(const toml::table &table, const std::string &prefix, const std::string &path,
                                   std::vector<FileValue> &values)
{
    for (const auto &[name, node] : table) {
        const std::string key = prefix + std::string(name.str());
        if (const auto *inner = node.as_table()) {
            if (auto complaint = collect(*inner, key + ".", path, values))
                return complaint;
            continue;
        }
        auto text = valueText(node);
        if (!text)
            return place(path, node.source().begin) + ": " + key + " has a kind of value that no setting has";
        values.push_back(
            {key, std::move(*text), static_cast<int>(node.source().begin.line), static_cast<int>(node.source().begin.column)});
    }
    return std::nullopt;
}

Result<std::string> readAll(const std::string &path)
{
    std::error_code error;
    errno = std::filesystem::is_directory(path, error) ? EISDIR : 0; // an open directory is a stream, until it is read
    std::ifstream file;
    if (errno == 0)
        file.open(path, std::ios::binary);
    if (!file.is_open())
        return failure(path + ": cannot be read: " + std::strerror(errno));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace

Result<std::vector<FileValue>> readTomlFile(const std::string &path)
{
    const auto content = readAll(path);
    if (!content)
        return tl::unexpected(content.error());
    const auto parsed = toml::parse(*content, path);
    if (!parsed) {
        const auto &error = parsed.error();
        return failure(place(path, error.source().begin) + ": " + std::string(error.description()));
    }
    std::vector<FileValue> values;
    if (const auto complaint = collect(parsed.table(), {}, path, values))
        return failure(*complaint);
    std::ranges::sort(values, {}, [](const FileValue &v) { return std::pair(v.line, v.column); });
    return values;
}

} // namespace tipwatch
