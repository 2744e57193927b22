// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/deflate_offer.h"

#include "server/gateway/reactor/message_deflate.h"

#include <algorithm>
#include <vector>

namespace tipwatch {

namespace {

struct Parameter {
    std::string name;
    std::optional<std::string> value;
};

struct Extension {
    std::string name;
    std::vector<Parameter> parameters;
};

/// Reads the list of RFC 6455, 9.1 from front to back. Each function takes what it names off the front, and the white space behind it.
class ExtensionListReader {
public:
    explicit ExtensionListReader(std::string_view text) : m_rest(text) { skipSpace(); }

    /// @return nothing if the text is not by the grammar.
    std::optional<std::vector<Extension>> all()
    {
        std::vector<Extension> extensions;
        while (!m_rest.empty()) {
            if (take(',')) // an element may be empty (RFC 9110, 5.6.1)
                continue;
            std::optional<Extension> extension = one();
            if (!extension || !(m_rest.empty() || take(',')))
                return std::nullopt;
            extensions.push_back(std::move(*extension));
        }
        return extensions;
    }

private:
    std::optional<Extension> one()
    {
        Extension extension{token(), {}};
        if (extension.name.empty())
            return std::nullopt;
        while (take(';')) {
            Parameter parameter{token(), std::nullopt};
            if (parameter.name.empty())
                return std::nullopt;
            if (take('=')) {
                parameter.value = m_rest.starts_with('"') ? quoted() : token();
                if (parameter.value->empty())
                    return std::nullopt;
            }
            extension.parameters.push_back(std::move(parameter));
        }
        return extension;
    }

    std::string token()
    {
        const auto end = std::find_if_not(m_rest.begin(), m_rest.end(), isTokenChar);
        const std::string text(m_rest.begin(), end);
        m_rest.remove_prefix(text.size());
        skipSpace();
        return text;
    }

    /// What stands between quotes must be a token, too. @return empty if it is none.
    std::string quoted()
    {
        std::string text;
        m_rest.remove_prefix(1);
        while (!m_rest.empty() && m_rest.front() != '"') {
            if (m_rest.front() == '\\')
                m_rest.remove_prefix(1);
            if (m_rest.empty() || !isTokenChar(m_rest.front()))
                return {};
            text.push_back(m_rest.front());
            m_rest.remove_prefix(1);
        }
        return take('"') ? text : std::string();
    }

    bool take(char c)
    {
        if (!m_rest.starts_with(c))
            return false;
        m_rest.remove_prefix(1);
        skipSpace();
        return true;
    }

    void skipSpace() { m_rest.remove_prefix(std::min(m_rest.find_first_not_of(" \t"), m_rest.size())); }

    /// RFC 9110, 5.6.2
    static bool isTokenChar(char c)
    {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
    }

    std::string_view m_rest;
};

/// 8 to 15, as RFC 7692, 7.1.2 writes it: decimal, no leading zero.
std::optional<int> windowBitsIn(std::string_view text)
{
    if (text == "8" || text == "9")
        return text[0] - '0';
    if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5')
        return 10 + text[1] - '0';
    return std::nullopt;
}

std::optional<DeflateTerms> termsOf(const std::vector<Parameter> &offer)
{
    DeflateTerms terms;
    for (auto parameter = offer.begin(); parameter != offer.end(); ++parameter) {
        const std::string &name = parameter->name;
        const std::optional<std::string> &value = parameter->value;
        if (std::any_of(offer.begin(), parameter, [&](const Parameter &other) { return other.name == name; }))
            return std::nullopt;
        if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
            if (value)
                return std::nullopt;
        } else if (name == "server_max_window_bits") {
            const std::optional<int> bits = windowBitsIn(value.value_or(std::string()));
            if (!bits || *bits < minWindowBits)
                return std::nullopt;
            terms = {*bits, true};
        } else if (name == "client_max_window_bits") { // every window can be inflated, so there is nothing to limit
            if (value && !windowBitsIn(*value))
                return std::nullopt;
        } else {
            return std::nullopt;
        }
    }
    return terms;
}

} // namespace

std::string DeflateTerms::answer() const
{
    std::string text = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    if (namesWindow)
        text += "; server_max_window_bits=" + std::to_string(windowBits);
    return text;
}

tl::expected<std::optional<DeflateTerms>, HttpRefusal> chooseDeflate(std::string_view extensions)
{
    const std::optional<std::vector<Extension>> offers = ExtensionListReader(extensions).all();
    if (!offers)
        return tl::unexpected(HttpRefusal{400, "bad_request", "Sec-WebSocket-Extensions is malformed"});
    for (const Extension &offer : *offers) {
        if (offer.name != "permessage-deflate")
            continue;
        if (const std::optional<DeflateTerms> terms = termsOf(offer.parameters))
            return terms;
    }
    return std::nullopt;
}

} // namespace tipwatch
