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

/// Takes the values of a table out of the file; the first that no setting can have is complained about.
class Collector {
public:
    explicit Collector(const std::string &path) : m_path(path) {}

    Result<TomlFile> collect(const toml::table &table)
    {
        if (const auto complaint = addValues(table, {}, m_file.values, true))
            return failure(*complaint);
        const auto byPlace = [](const auto &value) { return std::pair(value.line, value.column); };
        std::ranges::sort(m_file.values, {}, byPlace);
        std::ranges::sort(m_file.tables, {}, byPlace);
        return std::move(m_file);
    }

private:
    using Complaint = std::optional<std::string>;

    Complaint addValues(const toml::table &table, const std::string &prefix, std::vector<FileValue> &values, bool mayHaveTables)
    {
        for (const auto &[name, node] : table) {
            const std::string key = prefix + std::string(name.str());
            const auto *inner = node.as_table();
            const auto *array = node.as_array();
            Complaint complaint;
            if (inner)
                complaint = addValues(*inner, key + ".", values, mayHaveTables);
            else if (array && mayHaveTables && !array->empty() && array->is_array_of_tables())
                complaint = addTables(*array, key);
            else
                complaint = addValue(node, key, values);
            if (complaint)
                return complaint;
        }
        return std::nullopt;
    }

    Complaint addTables(const toml::array &array, const std::string &key)
    {
        for (const auto &element : array) {
            FileTable table{key, {}, lineOf(element), columnOf(element)};
            if (auto complaint = addValues(*element.as_table(), {}, table.values, false))
                return complaint;
            std::ranges::sort(table.values, {}, [](const FileValue &v) { return std::pair(v.line, v.column); });
            m_file.tables.push_back(std::move(table));
        }
        return std::nullopt;
    }

    Complaint addValue(const toml::node &node, const std::string &key, std::vector<FileValue> &values) const
    {
        auto text = valueText(node);
        if (!text)
            return place(m_path, node.source().begin) + ": " + key + " has a kind of value that no setting has";
        values.push_back({key, std::move(*text), lineOf(node), columnOf(node)});
        return std::nullopt;
    }

    static int lineOf(const toml::node &node) { return static_cast<int>(node.source().begin.line); }
    static int columnOf(const toml::node &node) { return static_cast<int>(node.source().begin.column); }

    const std::string &m_path;
    TomlFile m_file;
};

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

Result<TomlFile> readTomlFile(const std::string &path)
{
    const auto content = readAll(path);
    if (!content)
        return tl::unexpected(content.error());
    const auto parsed = toml::parse(*content, path);
    if (!parsed) {
        const auto &error = parsed.error();
        return failure(place(path, error.source().begin) + ": " + std::string(error.description()));
    }
    return Collector(path).collect(parsed.table());
}

} // namespace tipwatch
