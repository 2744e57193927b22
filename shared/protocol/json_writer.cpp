// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/json_writer.h"

#include <charconv>
#include <cmath>

namespace tipwatch {

namespace {

/// Bytes of the well-formed UTF-8 sequence at the start of @p text (RFC 3629), 0 if there is none.
std::size_t sequenceLength(std::string_view text)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xc0) == 0x80; };
    const unsigned first = at(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!continues(1) || !continues(2))
            return 0;
        const bool overlong = first == 0xe0 && at(1) < 0xa0;
        const bool surrogate = first == 0xed && at(1) > 0x9f;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!continues(1) || !continues(2) || !continues(3))
            return 0;
        const bool overlong = first == 0xf0 && at(1) < 0x90;
        const bool beyond = first == 0xf4 && at(1) > 0x8f;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
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
    separate();
    quote(name);
    m_out.push_back(':');
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::value(std::string_view text)
{
    separate();
    quote(text);
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::value(double number)
{
    if (!std::isfinite(number))
        return null();
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number);
    return raw(std::string_view(text, static_cast<std::size_t>(end - text)));
}

JsonWriter &JsonWriter::raw(std::string_view json)
{
    separate();
    m_out.append(json);
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::integer(std::int64_t number)
{
    char text[24];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number);
    return raw(std::string_view(text, static_cast<std::size_t>(end - text)));
}

JsonWriter &JsonWriter::natural(std::uint64_t number)
{
    char text[24];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number);
    return raw(std::string_view(text, static_cast<std::size_t>(end - text)));
}

void JsonWriter::quote(std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    m_out.push_back('"');
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = sequenceLength(text);
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
}

} // namespace tipwatch
