// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/value_writer.h"

#include <string>

namespace tipwatch {

/// JSON (RFC 8259), with commas put where they belong. Numbers are the shortest text that reads back as the same number.
class JsonWriter final : public ValueWriter {
public:
    explicit JsonWriter(std::string &out) : m_out(out) {}

    JsonWriter &beginObject() override { return open('{'); }
    JsonWriter &endObject() override { return close('}'); }
    JsonWriter &beginArray() override { return open('['); }
    JsonWriter &endArray() override { return close(']'); }
    JsonWriter &key(std::string_view name) override;
    JsonWriter &null() override { return raw("null"); }
    JsonWriter &raw(std::string_view json) override;

protected:
    JsonWriter &writeText(std::string_view text) override;
    JsonWriter &writePlain(std::string_view text) override;
    JsonWriter &writeBool(bool flag) override { return raw(flag ? "true" : "false"); }
    JsonWriter &writeInteger(std::int64_t number) override;
    JsonWriter &writeNatural(std::uint64_t number) override;
    JsonWriter &writeDouble(double number) override;

private:
    JsonWriter &open(char bracket);
    JsonWriter &close(char bracket);
    void separate();

    std::string &m_out;
    bool m_comma = false;
};

} // namespace tipwatch
