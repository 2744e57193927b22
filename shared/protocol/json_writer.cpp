// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/json_writer.h"

#include "shared/protocol/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tipwatch {

namespace {

bool isPlain(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

template <class Number> std::string_view digitsOf(Number number, char (&buffer)[32])
{
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    return {buffer, static_cast<std::size_t>(end - buffer)};
}

} // namespace

void JsonWriter::separate()
{
    if (m_comma)
        m_out.push_back(',');
}

JsonWriter &JsonWriter::open(char bracket)
{
    separate();
    m_out.push_back(bracket);
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::close(char bracket)
{
    m_out.push_back(bracket);
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::key(std::string_view name)
{
    writePlain(name);
    m_out.push_back(':');
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::raw(std::string_view json)
{
    separate();
    m_out.append(json);
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::writePlain(std::string_view text)
{
    separate();
    m_out.push_back('"');
    m_out.append(text);
    m_out.push_back('"');
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::writeText(std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    separate();
    m_out.push_back('"');
    while (!text.empty()) {
        const auto special = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isPlain) - text.begin());
        m_out.append(text.substr(0, special));
        text.remove_prefix(special);
        if (text.empty())
            break;
        const char c = text.front();
        const std::size_t length = utf8SequenceLength(text);
        if (length == 0) {
            m_out.append("\xef\xbf\xbd");
        } else if (c == '"' || c == '\\') {
            m_out.push_back('\\');
            m_out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            m_out.append("\\u00");
            m_out.push_back(digits[c >> 4]);
            m_out.push_back(digits[c & 15]);
        } else {
            m_out.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    m_out.push_back('"');
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::writeInteger(std::int64_t number)
{
    char buffer[32];
    return raw(digitsOf(number, buffer));
}

JsonWriter &JsonWriter::writeNatural(std::uint64_t number)
{
    char buffer[32];
    return raw(digitsOf(number, buffer));
}

JsonWriter &JsonWriter::writeDouble(double number)
{
    char buffer[32];
    return std::isfinite(number) ? raw(digitsOf(number, buffer)) : null();
}

} // namespace tipwatch
