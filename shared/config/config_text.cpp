// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/config_text.h"

#include "shared/config/rule_text.h"
#include "shared/config/setting.h"
#include "shared/config/value_text.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::size_t screenWidth = 100;

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

/// @p text in lines of at most @p width characters, broken at blanks.
std::vector<std::string> wrapped(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines;
    while (text.size() > width) {
        auto blank = text.rfind(' ', width);
        if (blank == std::string_view::npos)
            blank = std::min(text.find(' '), text.size());
        lines.emplace_back(text.substr(0, blank));
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    lines.emplace_back(text);
    return lines;
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "\"";
}

/// "gateway" and "http_port" of "gateway.http_port".
std::pair<std::string_view, std::string_view> sectionAndName(std::string_view key)
{
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? std::pair(std::string_view(), key)
                                         : std::pair(key.substr(0, dot), key.substr(dot + 1));
}

/// The settings as a TOML file has to have them: those without a section first, then section by section.
std::vector<const Setting *> inFileOrder()
{
    std::vector<std::string_view> sections{{}};
    std::vector<const Setting *> ordered;
    for (const auto &setting : settings()) {
        ordered.push_back(&setting);
        if (const auto section = sectionAndName(setting.key).first; std::ranges::find(sections, section) == sections.end())
            sections.push_back(section);
    }
    std::ranges::stable_sort(ordered, {}, [&](const Setting *s) {
        return std::ranges::find(sections, sectionAndName(s->key).first) - sections.begin();
    });
    return ordered;
}

std::string flagAndArgument(const Setting &setting)
{
    return std::string(setting.flag) + (setting.argument.empty() ? "" : " ") + std::string(setting.argument);
}

/// " [8787]"; nothing where the default is nothing, or depends on something else.
std::string shownDefault(const Setting &setting, const Config &defaults)
{
    const std::string value = setting.kind == ValueKind::Boolean ? std::string() : setting.show(defaults);
    return value.empty() ? std::string() : " [" + value + "]";
}

std::string helpLine(const std::string &name, std::string_view meaning, const std::string &standard)
{
    constexpr std::size_t column = 34;
    std::string line = padded("  " + name + " ", column).append(meaning) + standard;
    return line.erase(line.find_last_not_of(' ') + 1) + "\n";
}

/// What can be watched for, in comments: what is a rule in the file replaces or adds one.
std::string sampleRules()
{
    std::string out =
        "\n## What is watched for. A rule replaces the standard one of its name, which is its type unless it is said; others "
        "are\n"
        "## added. --print-config shows those in force. \"rules = []\" in [alerts] is none at all. For example:\n"
        "##\n## [[alerts.rules]]\n## type = \"feerate_above\"\n## feerate = 25\n##\n"
        "## [[alerts.rules]]\n## type = \"large_transaction\"\n## enabled = false\n##\n## Types and their fields:\n";
    for (const std::string_view type : alertTypes()) {
        const AlertRule rule = usualRule(type);
        std::string fields;
        for (const auto &[field, value] : shownFields(rule)) {
            if (field->name != "name")
                fields += (fields.empty() ? "" : ", ") + std::string(field->name) +
                          (value.empty() ? "" : " = " + tomlValue(field->kind, value));
        }
        out += "## " + std::string(type) + "\n";
        for (const auto &line : wrapped(fields, screenWidth - 4))
            out += "##     " + line + "\n";
    }
    out += "## Fields:\n";
    for (const RuleField &field : ruleFields()) {
        for (const auto &line :
             wrapped(std::string(field.name) + ": " + std::string(field.meaning) + ". Accepted: " + field.accepted, screenWidth))
            out += "## " + line + "\n";
    }
    return out;
}

} // namespace

std::string tomlValue(ValueKind kind, const std::string &text)
{
    constexpr std::uint64_t largestOfToml = 9'223'372'036'854'775'807; // TOML integers are signed
    switch (kind) {
    case ValueKind::Number:
        return parseNatural(text).value_or(0) > largestOfToml ? quoted(text) : text;
    case ValueKind::Boolean:
        return text;
    case ValueKind::List: {
        std::string items;
        for (const auto &item : splitList(text))
            items += (items.empty() ? "" : ", ") + quoted(item);
        return "[" + items + "]";
    }
    case ValueKind::Text:
        break;
    }
    return quoted(text);
}

std::string helpText()
{
    std::string help = "Tipwatch shows what a Bitcoin node sees, in a window and to browsers on the LAN.\n"
                       "Usage: tipwatch [options]\n";
    const Config defaults;
    std::string_view group;
    for (const auto &setting : settings()) {
        if (setting.group == limitsGroup)
            continue;
        if (setting.group != group)
            help += "\n" + std::string(group = setting.group) + "\n";
        help += helpLine(flagAndArgument(setting), setting.meaning, shownDefault(setting, defaults));
    }
    help += "\n" + std::string(limitsGroup) + " and tuning\n";
    std::string limits;
    for (const auto &setting : settings()) {
        if (setting.group == limitsGroup)
            limits += (limits.empty() ? "" : ", ") + std::string(setting.flag) + "=" + setting.show(defaults);
    }
    for (const auto &line : wrapped(limits, screenWidth - 2))
        help += "  " + line + "\n";
    help += "\nThis program\n" + helpLine("--config FILE", "settings in TOML; else ~/.config/tipwatch/tipwatch.toml", {}) +
            helpLine("--check-config", "say whether the settings are valid, and stop", {}) +
            helpLine("--print-config", "show every value and where it came from, and stop", {}) +
            helpLine("--version, --help", {}, {}) +
            "\nEvery setting has a name in the file and one in the environment too: see packaging/tipwatch.toml.\n"
            "Flags win over the environment, the environment over the file.\n";
    return help;
}

std::string printedConfig(const LoadedConfig &loaded)
{
    std::string out = "# Defaults < file < environment < flags. File: " + (loaded.file.empty() ? "none" : loaded.file) + "\n";
    std::string_view section;
    for (const auto *setting : inFileOrder()) {
        const auto [itsSection, name] = sectionAndName(setting->key);
        if (itsSection != section)
            out += "\n[" + std::string(section = itsSection) + "]\n";
        const std::string value = setting->show(loaded.config);
        const std::string shown = setting->secret && !value.empty() ? "***" : value;
        const auto origin = loaded.origins.find(std::string(setting->key));
        out += padded(std::string(name) + " = " + tomlValue(setting->kind, shown), 44) + " # " +
               (origin == loaded.origins.end() ? "default" : origin->second) + "\n";
    }
    out += "\n# What is watched for: " + loaded.rulesOrigin + "\n";
    for (const AlertRule &rule : loaded.config.alerts.rules)
        out += ruleTable(rule) + "\n";
    return out;
}

std::string sampleFile()
{
    std::string out =
        "# SPDX-License-Identifier: GPL-3.0-or-later\n"
        "# Settings of Tipwatch with their defaults. Copy to ~/.config/tipwatch/tipwatch.toml (or name it with --config)\n"
        "# and take the # away where you want something else. The environment overrides this file, flags override both.\n"
        "# This file is made from the table in shared/config/setting.cpp: tests/unit/config checks it.\n";
    const Config defaults;
    std::string_view section;
    for (const auto *setting : inFileOrder()) {
        const auto [itsSection, name] = sectionAndName(setting->key);
        if (itsSection != section)
            out += "\n[" + std::string(section = itsSection) + "]\n";
        out += "\n";
        for (const auto &line : wrapped(setting->meaning, screenWidth))
            out += "## " + line + "\n";
        for (const auto &line : wrapped("accepted: " + setting->accepted, screenWidth))
            out += "## " + line + "\n";
        out += "## " + std::string(setting->environment) + ", " + std::string(setting->flag) + "\n";
        out += "#" + std::string(name) + " = " + tomlValue(setting->kind, setting->show(defaults)) + "\n";
    }
    return out + sampleRules();
}

} // namespace tipwatch
