// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/value_writer.h"

#include <string>

namespace tipwatch {

/// CBOR (RFC 8949): the values that JSON has and no others, so that both decode to the same. Maps and arrays have indefinite lengths, integers
/// the shortest head, floating-point numbers 32 bits where that loses nothing.
class CborWriter final : public ValueWriter {
public:
    explicit CborWriter(std::string &out) : m_out(out) {}

    CborWriter &beginObject() override { return raw("\xbf"); }
    CborWriter &endObject() override { return raw("\xff"); }
    CborWriter &beginArray() override { return raw("\x9f"); }
    CborWriter &endArray() override { return raw("\xff"); }
    CborWriter &key(std::string_view name) override { return writePlain(name); }
    CborWriter &null() override { return raw("\xf6"); }
    CborWriter &raw(std::string_view cbor) override;

protected:
    CborWriter &writeText(std::string_view text) override;
    CborWriter &writePlain(std::string_view text) override;
    CborWriter &writeBool(bool flag) override { return raw(flag ? "\xf5" : "\xf4"); }
    CborWriter &writeInteger(std::int64_t number) override;
    CborWriter &writeNatural(std::uint64_t number) override;
    CborWriter &writeDouble(double number) override;

private:
    enum class Major : unsigned char { Unsigned = 0, Negative = 1, Text = 3 };
    CborWriter &head(Major major, std::uint64_t argument);
    template <class Bits> CborWriter &bigEndian(unsigned char initial, Bits bits);

    std::string &m_out;
};

} // namespace tipwatch
