// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/log_line.h"

#include "shared/config/value_text.h"
#include "shared/protocol/json_writer.h"

#include <QDateTime>

#include <algorithm>
#include <array>

namespace tipwatch {

namespace {

constexpr std::array<std::string_view, 5> secretNames{"password", "passphrase", "token", "secret", "authorization"};

std::string_view levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    case QtCriticalMsg:
    case QtFatalMsg:
        return "error";
    }
    return "info";
}

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/// A "key=value" inside a message; offsets into it.
struct Pair {
    std::size_t begin = 0;
    std::size_t equals = 0;
    std::size_t end = 0;
};

/// The next pair at or after @p from. A key begins at the start of a word; a value ends at a blank, or at its closing quote.
bool findPair(std::string_view text, std::size_t from, Pair &pair)
{
    for (std::size_t begin = from; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && isNameCharacter(text[end]))
            ++end;
        if (end > begin && end < text.size() && text[end] == '=') {
            pair = {begin, end, end + 1};
            if (pair.end < text.size() && text[pair.end] == '"') {
                for (++pair.end; pair.end < text.size() && text[pair.end] != '"'; ++pair.end) {
                    if (text[pair.end] == '\\')
                        ++pair.end;
                }
                pair.end = std::min(pair.end + 1, text.size());
            } else {
                pair.end = std::min(text.find(' ', pair.end), text.size());
            }
            return true;
        }
        begin = std::min(text.find(' ', begin), text.size() - 1) + 1;
    }
    return false;
}

std::string unquoted(std::string_view value)
{
    if (value.empty() || value.front() != '"')
        return std::string(value);
    value.remove_prefix(1);
    if (value.ends_with('"'))
        value.remove_suffix(1);
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size())
            ++i;
        text += value[i];
    }
    return text;
}

std::string_view trimmed(std::string_view text)
{
    while (text.ends_with(' ') || text.ends_with(':'))
        text.remove_suffix(1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    return text;
}

/// Numbers that JSON and every reader of it hold exactly; identifiers of digits only are longer.
bool isPlainNumber(const std::string &value)
{
    const auto number = parseNumber(value);
    return number && value.size() <= 15 && numberText(*number) == value;
}

bool isSecretName(std::string_view key)
{
    return std::ranges::any_of(secretNames, [key](std::string_view name) { return key == name || key.ends_with(name); });
}

} // namespace

LogMessage splitLogMessage(std::string_view message)
{
    LogMessage split;
    Pair pair;
    std::size_t from = 0;
    while (findPair(message, from, pair)) {
        if (from == 0)
            split.event = trimmed(message.substr(0, pair.begin));
        const auto value = message.substr(pair.equals + 1, pair.end - pair.equals - 1);
        split.fields.emplace_back(message.substr(pair.begin, pair.equals - pair.begin), unquoted(value));
        from = pair.end;
    }
    if (split.fields.empty())
        split.event = trimmed(message);
    return split;
}

std::string withoutSecrets(std::string_view message)
{
    std::string shown;
    Pair pair;
    std::size_t from = 0;
    while (findPair(message, from, pair)) {
        const bool secret = isSecretName(message.substr(pair.begin, pair.equals - pair.begin));
        shown += message.substr(from, (secret ? pair.equals + 1 : pair.end) - from);
        if (secret)
            shown += "***";
        from = pair.end;
    }
    shown += message.substr(std::min(from, message.size()));
    return withoutCredentials(shown);
}

std::string textLogLine(const LogLine &line)
{
    std::string_view area = line.category;
    if (area.starts_with("tipwatch."))
        area.remove_prefix(9);
    const auto time = QDateTime::fromMSecsSinceEpoch(line.unixMs).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
    std::string text = time.toStdString() + " ";
    const auto column = [&text](std::string_view word, std::size_t width) {
        text += word;
        text.append(width > word.size() ? width - word.size() : 0, ' ').append(" ");
    };
    column(levelName(line.type), 7);
    column(area, 9);
    // What a peer sent may be in a message: it must not be able to draw on the terminal or forge a line.
    std::ranges::transform(withoutSecrets(line.message), std::back_inserter(text),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c; });
    return text;
}

std::string jsonLogLine(const LogLine &line)
{
    const LogMessage message = splitLogMessage(withoutSecrets(line.message));
    const auto time = QDateTime::fromMSecsSinceEpoch(line.unixMs, Qt::UTC).toString(Qt::ISODateWithMs);
    std::string text;
    JsonWriter json(text);
    json.beginObject().member("ts", time.toStdString()).member("level", levelName(line.type));
    json.member("category", line.category).member("event", message.event);
    json.key("fields").beginObject();
    for (const auto &[key, value] : message.fields) {
        json.key(key);
        if (value == "true" || value == "false" || isPlainNumber(value))
            json.raw(value);
        else
            json.value(value);
    }
    json.endObject().endObject();
    return text;
}

} // namespace tipwatch
