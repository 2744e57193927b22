// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/config_loader.h"

#include "shared/config/rule_text.h"
#include "shared/config/setting.h"
#include "shared/config/toml_file.h"
#include "shared/config/value_text.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace tipwatch {

namespace {

struct GivenFlag {
    const Setting *setting;
    std::string value;
};

/// The command line, taken apart but not yet judged.
struct CommandLine {
    Request request = Request::Run;
    std::optional<std::string> file;
    std::vector<GivenFlag> flags;
};

const std::vector<std::pair<std::string, Request>> &requestFlags()
{
    static const std::vector<std::pair<std::string, Request>> flags{{"--help", Request::Help},
                                                                    {"-h", Request::Help},
                                                                    {"--version", Request::Version},
                                                                    {"--check-config", Request::CheckConfig},
                                                                    {"--print-config", Request::PrintConfig}};
    return flags;
}

std::string didYouMean(const std::string &name, const std::vector<std::string> &names)
{
    const auto nearest = nearestName(name, names);
    return nearest ? "; did you mean " + *nearest + "?" : std::string();
}

std::vector<std::string> namesOf(std::string_view Setting::*name)
{
    std::vector<std::string> names;
    for (const auto &setting : settings())
        names.emplace_back(setting.*name);
    return names;
}

std::string unknownFlag(const std::string &name)
{
    auto names = namesOf(&Setting::flag);
    names.emplace_back("--config");
    for (const auto &[flag, request] : requestFlags())
        names.push_back(flag);
    const auto hint = didYouMean(name, names);
    return name + " is not an option" + (hint.empty() ? "; tipwatch --help lists them" : hint);
}

/// Reads flags one after the other; a value follows its flag, or stands behind "=".
class CommandLineReader {
public:
    explicit CommandLineReader(const std::vector<std::string> &arguments) : m_arguments(arguments) {}

    Result<CommandLine> read()
    {
        for (; m_next < m_arguments.size(); ++m_next) {
            if (auto done = readOne(m_arguments[m_next]); !done)
                return tl::unexpected(done.error());
        }
        return std::move(m_line);
    }

private:
    Result<bool> readOne(const std::string &argument)
    {
        if (!argument.starts_with('-'))
            return failure("\"" + withoutCredentials(argument) +
                           "\" is not expected; options begin with --, tipwatch --help lists them");
        const auto equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        std::optional<std::string> value;
        if (equals != std::string::npos)
            value = argument.substr(equals + 1);

        const auto request = std::ranges::find(requestFlags(), name, &std::pair<std::string, Request>::first);
        if (request != requestFlags().end()) {
            m_line.request = request->second;
            return true;
        }
        const auto setting = std::ranges::find(settings(), name, &Setting::flag);
        const bool isFile = name == "--config";
        if (!isFile && setting == settings().end())
            return failure(unknownFlag(name));
        if (!value && !isFile && setting->argument.empty())
            value = "true";
        if (!value) {
            if (m_next + 1 >= m_arguments.size())
                return failure(name + " needs a value" + (isFile ? "" : "; accepted: " + setting->accepted));
            value = m_arguments[++m_next];
        }
        if (isFile)
            m_line.file = *value;
        else
            keep(*setting, *value);
        return true;
    }

    /// A list may be given in several flags; of anything else the last one counts.
    void keep(const Setting &setting, const std::string &value)
    {
        const auto before = std::ranges::find(m_line.flags, &setting, &GivenFlag::setting);
        if (before == m_line.flags.end())
            m_line.flags.push_back({&setting, value});
        else if (setting.kind == ValueKind::List)
            before->value += "," + value;
        else
            before->value = value;
    }

    const std::vector<std::string> &m_arguments;
    std::size_t m_next = 0;
    CommandLine m_line;
};

std::string variable(const ConfigInput &input, const std::string &name)
{
    const auto it = input.environment.find(name);
    return it == input.environment.end() ? std::string() : it->second;
}

/// @return where our files are if nobody says otherwise; empty if that is not known.
std::filesystem::path configDirectory(const ConfigInput &input)
{
    std::filesystem::path directory = variable(input, "XDG_CONFIG_HOME");
    if (!directory.is_absolute()) { // the XDG Base Directory Specification has relative ones ignored
        const std::string home = variable(input, "HOME");
        if (home.empty())
            return {};
        directory = std::filesystem::path(home) / ".config";
    }
    return directory / "tipwatch";
}

/// @return the file there; nothing if there is none.
std::string defaultFile(const std::filesystem::path &directory)
{
    const auto file = directory / "tipwatch.toml";
    std::error_code error;
    return !directory.empty() && std::filesystem::exists(file, error) ? file.string() : std::string();
}

constexpr std::string_view rulesKey = "alerts.rules";

/// The rules of @p file; nothing if it says nothing of rules.
Result<std::optional<std::vector<AlertRule>>> readRules(const TomlFile &file, const std::string &path)
{
    const auto none = std::ranges::find(file.values, rulesKey, &FileValue::key);
    const auto at = [&](const auto &value) {
        return path + ":" + std::to_string(value.line) + ":" + std::to_string(value.column);
    };
    if (none != file.values.end() && !none->value.empty())
        return failure("alerts.rules: \"" + none->value + "\" is not valid; accepted: tables [[alerts.rules]], or [] (in " +
                       at(*none) + ")");
    std::vector<AlertRule> rules;
    for (const FileTable &table : file.tables) {
        if (table.key != rulesKey)
            return failure(at(table) + ": " + table.key + " is not a setting; the only tables of this form are [[alerts.rules]]");
        std::vector<GivenField> fields;
        for (const FileValue &value : table.values)
            fields.push_back({value.key, value.value, "in " + at(value)});
        auto rule = readRule(fields);
        if (!rule) {
            const auto type = std::ranges::find(fields, "type", &GivenField::name);
            const auto name = std::ranges::find(fields, "name", &GivenField::name);
            const std::string called = name != fields.end() ? name->value : type != fields.end() ? type->value : at(table);
            return failure("alerts.rules, rule " + std::to_string(rules.size() + 1) + " (" + called +
                           "): " + rule.error().message);
        }
        rules.push_back(std::move(*rule));
    }
    if (auto checked = checkRules(rules); !checked)
        return failure("alerts.rules: " + checked.error().message + " (in " + path + ")");
    if (none == file.values.end() && rules.empty())
        return std::optional<std::vector<AlertRule>>();
    return std::optional(std::move(rules));
}

/// Applies one layer after the other and remembers where each value came from.
class Layers {
public:
    explicit Layers(LoadedConfig &loaded) : m_loaded(loaded) {}

    /// @p name is how this layer calls the setting, @p where stands in the error.
    Result<bool> apply(const Setting &setting, const std::string &name, const std::string &value, const std::string &where,
                       const std::string &origin)
    {
        if (!setting.read(m_loaded.config, value)) {
            const std::string shown = setting.secret ? "***" : withoutCredentials(value);
            return failure(name + ": \"" + shown + "\" is not valid; accepted: " + setting.accepted + " (" + where + ")");
        }
        m_loaded.origins[std::string(setting.key)] = origin;
        return true;
    }

    Result<bool> applyFile(const std::string &path)
    {
        const auto file = readTomlFile(path);
        if (!file)
            return tl::unexpected(file.error());
        const auto rules = readRules(*file, path);
        if (!rules)
            return tl::unexpected(rules.error());
        if (*rules) {
            m_loaded.config.alerts.rules = (*rules)->empty() ? std::vector<AlertRule>() : withStandardRules(**rules);
            m_loaded.rulesOrigin = "the standard rules, and those of " + path;
        }
        for (const auto &value : file->values) {
            if (value.key == rulesKey)
                continue;
            const std::string line = path + ":" + std::to_string(value.line);
            const std::string place = line + ":" + std::to_string(value.column);
            const auto *setting = findSetting(value.key);
            if (!setting)
                return failure(place + ": " + value.key + " is not a setting" + didYouMean(value.key, namesOf(&Setting::key)));
            if (auto done = apply(*setting, value.key, value.value, "in " + place, line); !done)
                return done;
        }
        m_loaded.file = path;
        return true;
    }

    Result<bool> applyEnvironment(const ConfigInput &input)
    {
        for (const auto &setting : settings()) {
            const std::string name(setting.environment);
            const std::string value = variable(input, name);
            if (value.empty())
                continue;
            if (auto done = apply(setting, name, value, "in the environment", name); !done)
                return done;
        }
        return true;
    }

    Result<bool> applyFlags(const CommandLine &line)
    {
        for (const auto &[setting, value] : line.flags) {
            const std::string name(setting->flag);
            if (auto done = apply(*setting, name, value, "on the command line", name); !done)
                return done;
        }
        return true;
    }

private:
    LoadedConfig &m_loaded;
};

/// A variable that looks like ours and has no effect is worth a word: somebody may rely on it.
std::vector<std::string> strayVariables(const ConfigInput &input)
{
    const auto names = namesOf(&Setting::environment);
    std::vector<std::string> notes;
    for (const auto &[name, value] : input.environment) {
        const bool looksLikeOurs = name.starts_with("WEBSOCKET_") || name.starts_with("TIPWATCH_");
        if (!looksLikeOurs || std::ranges::find(names, name) != names.end())
            continue;
        const auto hint = didYouMean(name, names);
        if (name.starts_with("WEBSOCKET_") || !hint.empty())
            notes.push_back("the variable " + name + " is set but is no setting of this version" + hint);
    }
    return notes;
}

/// What can only be judged once everything is known.
Result<bool> checkTogether(const Config &config)
{
    if (config.bitcoin.user.empty() != config.bitcoin.passwordFile.empty()) {
        const bool noUser = config.bitcoin.user.empty();
        return failure(std::string(noUser ? "bitcoin.rpc_user" : "bitcoin.rpc_password_file") +
                       ": \"\" is not valid; accepted: a value, since " +
                       (noUser ? "bitcoin.rpc_password_file" : "bitcoin.rpc_user") +
                       " is given (--rpc-user goes with --rpc-password-file)");
    }
    const TlsConfig &tls = config.gateway.tls;
    if (tls.certificateFile.empty() != tls.keyFile.empty()) {
        const bool noCertificate = tls.certificateFile.empty();
        return failure(std::string(noCertificate ? "gateway.tls_cert_file" : "gateway.tls_key_file") +
                       ": \"\" is not valid; accepted: a file, since " +
                       (noCertificate ? "gateway.tls_key_file" : "gateway.tls_cert_file") + " is given");
    }
    if (config.gateway.auth.required && config.gateway.auth.jwtKeyFile.empty())
        return failure("gateway.jwt_key_file: \"\" is not valid; accepted: a file, since gateway.require_auth is on");
    return true;
}

/// Names and values stand in errors as they were given: what would break the line, or talk to the terminal, is written as an escape.
std::string onOneLine(std::string_view text)
{
    std::string line;
    for (const char c : text) {
        constexpr std::string_view hex = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code != 0x7f)
            line += c;
        else if (c == '\n')
            line += "\\n";
        else
            line += {'\\', 'x', hex[code >> 4], hex[code & 15]};
    }
    return line;
}

/// What was changed in the app stands for all that the configuration says of rules.
Result<void> useChangedRules(LoadedConfig &loaded, const std::filesystem::path &directory)
{
    AlertsConfig &alerts = loaded.config.alerts;
    const std::filesystem::path beside = loaded.file.empty() ? directory : std::filesystem::path(loaded.file).parent_path();
    alerts.rulesPath = alerts.rulesFile;
    if (alerts.rulesPath.empty() && !(beside.empty() && loaded.file.empty()))
        alerts.rulesPath = (beside / "alert-rules.toml").string();
    std::error_code error;
    if (alerts.rulesPath.empty() || !std::filesystem::exists(alerts.rulesPath, error))
        return {};
    auto rules = readRulesFile(alerts.rulesPath);
    if (!rules)
        return tl::unexpected(rules.error());
    if (loaded.rulesOrigin != LoadedConfig().rulesOrigin)
        loaded.notes.push_back("the rules of " + alerts.rulesPath + ", changed in the app, stand for those of " + loaded.file);
    alerts.rules = std::move(*rules);
    loaded.rulesOrigin = alerts.rulesPath + ", as they were changed in the app";
    return {};
}

Result<LoadedConfig> load(const ConfigInput &input)
{
    LoadedConfig loaded;
    for (const auto &argument : input.arguments) {
        const auto asked = std::ranges::find(requestFlags(), argument, &std::pair<std::string, Request>::first);
        if (asked != requestFlags().end() && (asked->second == Request::Help || asked->second == Request::Version)) {
            loaded.request = asked->second;
            return loaded;
        }
    }
    auto line = CommandLineReader(input.arguments).read();
    if (!line)
        return tl::unexpected(line.error());
    loaded.request = line->request;

    Layers layers(loaded);
    const std::filesystem::path directory = configDirectory(input);
    const std::string file = line->file ? *line->file : defaultFile(directory);
    if (line->file || !file.empty()) {
        if (auto done = layers.applyFile(file); !done)
            return tl::unexpected(done.error());
    }
    if (auto done = layers.applyEnvironment(input); !done)
        return tl::unexpected(done.error());
    if (auto done = layers.applyFlags(*line); !done)
        return tl::unexpected(done.error());
    if (auto done = checkTogether(loaded.config); !done)
        return tl::unexpected(done.error());

    if (TlsConfig &tls = loaded.config.gateway.tls; tls.required || !tls.certificateFile.empty())
        tls.enabled = true;
    if (!loaded.origins.contains("gateway.enabled"))
        loaded.config.gateway.enabled = loaded.config.serverOnly;
    loaded.notes = strayVariables(input);
    if (auto done = useChangedRules(loaded, directory); !done)
        return tl::unexpected(done.error());
    return loaded;
}

} // namespace

Result<std::vector<AlertRule>> readRulesFile(const std::string &path)
{
    const auto file = readTomlFile(path);
    if (!file)
        return tl::unexpected(file.error());
    for (const FileValue &value : file->values) {
        if (value.key != rulesKey)
            return failure(path + ":" + std::to_string(value.line) + ": " + value.key +
                           " does not belong here; accepted: [[alerts.rules]]");
    }
    auto rules = readRules(*file, path);
    if (!rules)
        return tl::unexpected(rules.error());
    return std::move(*rules).value_or(std::vector<AlertRule>());
}

Result<LoadedConfig> loadConfig(const ConfigInput &input)
{
    return load(input).map_error([](const Error &error) { return Error{onOneLine(error.message)}; });
}

std::map<std::string, std::string> processEnvironment()
{
    std::map<std::string, std::string> variables;
    for (char **entry = environ; entry && *entry; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

} // namespace tipwatch
