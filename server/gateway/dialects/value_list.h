// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/encoding.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Values that are encoded one by one and then put in as few messages as their sizes allow.
class ValueList {
public:
    explicit ValueList(Encoding encoding) : m_encoding(encoding) {}

    /// @p write(ValueWriter &) writes one value.
    template <class Write> void add(Write write)
    {
        if (m_encoding == Encoding::Cbor) {
            CborWriter writer(m_bytes);
            write(writer);
        } else {
            JsonWriter writer(m_bytes);
            write(writer);
        }
        m_ends.push_back(m_bytes.size());
    }

    std::size_t size() const { return m_ends.size(); }
    bool isEmpty() const { return m_ends.empty(); }
    std::string_view operator[](std::size_t i) const
    {
        const std::size_t begin = i == 0 ? 0 : m_ends[i - 1];
        return std::string_view(m_bytes).substr(begin, m_ends[i] - begin);
    }

    struct Part {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t bytes = 0;
        std::size_t size() const { return end - begin; }
    };
    /// Parts of @p maxBytes at most; a value that is longer is a part of its own.
    std::vector<Part> parts(std::size_t maxBytes) const;

    /// The values of @p part as a list.
    void write(ValueWriter &out, const Part &part) const;
    /// The same, but a single one as it is.
    void writeOneOrList(ValueWriter &out, const Part &part) const;

private:
    Encoding m_encoding;
    std::string m_bytes;
    std::vector<std::size_t> m_ends; ///< of the values in m_bytes
};

} // namespace tipwatch
