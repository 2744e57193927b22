// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/projected_messages.h"

#include "server/gateway/dialects/canonical_dialect.h"

#include <array>

namespace tipwatch {

namespace {

constexpr std::size_t maxBytes = CanonicalDialect::maxListBytes;

void write(ValueWriter &out, const ProjectedTransaction &transaction)
{
    encode(out, transaction);
}

void write(ValueWriter &out, const TxId &txid)
{
    out.value(txid);
}

template <class Values> ValueList listOf(const Values &values, Encoding encoding)
{
    ValueList list(encoding);
    for (const auto &value : values)
        list.add([&](ValueWriter &out) { write(out, value); });
    return list;
}

/// One member of a delta: a list, or a part of it.
struct Member {
    const ValueList *list = nullptr; ///< null: nothing
    ValueList::Part part{};
};

class Deltas {
public:
    Deltas(CanonicalMessages &messages, std::size_t index) : m_messages(messages), m_index(index) {}

    void add(const Member &added, const Member &removed, const Member &changed)
    {
        const std::size_t bytes = added.part.bytes + removed.part.bytes + changed.part.bytes;
        m_messages.add("projected.delta", projectedChannel(m_index), false, bytes, [&](ValueWriter &out) {
            out.beginObject().member("index", m_index);
            put(out, "added", added);
            put(out, "removed", removed);
            put(out, "changed", changed);
            out.endObject();
        });
    }

private:
    static void put(ValueWriter &out, std::string_view name, const Member &member)
    {
        out.key(name);
        if (member.list)
            member.list->write(out, member.part);
        else
            out.beginArray().endArray();
    }

    CanonicalMessages &m_messages;
    const std::size_t m_index;
};

void addWhole(CanonicalMessages &messages, Encoding encoding, const ProjectedChange &change)
{
    const ValueList list = listOf(*change.whole, encoding);
    std::vector<ValueList::Part> parts = list.parts(maxBytes);
    if (parts.empty())
        parts.emplace_back();
    const ValueList::Part &first = parts.front();
    messages.add("projected.list", projectedChannel(change.index), true, first.bytes, [&](ValueWriter &out) {
        out.beginObject().member("index", change.index).key("transactions");
        list.write(out, first);
        out.endObject();
    });
    Deltas deltas(messages, change.index);
    for (const ValueList::Part &part : std::span(parts).subspan(1))
        deltas.add({&list, part}, {}, {});
}

} // namespace

void addProjected(CanonicalMessages &messages, Encoding encoding, const ProjectedChange &change)
{
    if (change.whole) {
        addWhole(messages, encoding, change);
        return;
    }
    const std::array lists{listOf(change.added, encoding), listOf(change.removed, encoding), listOf(change.changed, encoding)};
    std::array<std::vector<ValueList::Part>, 3> parts;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        parts[i] = lists[i].parts(maxBytes);
        for (const ValueList::Part &part : parts[i])
            bytes += part.bytes;
    }
    Deltas deltas(messages, change.index);
    if (bytes <= maxBytes) {
        const auto member = [&](std::size_t i) { return parts[i].empty() ? Member{} : Member{&lists[i], parts[i].front()}; };
        deltas.add(member(0), member(1), member(2));
        return;
    }
    for (const ValueList::Part &part : parts[0])
        deltas.add({&lists[0], part}, {}, {});
    for (const ValueList::Part &part : parts[1])
        deltas.add({}, {&lists[1], part}, {});
    for (const ValueList::Part &part : parts[2])
        deltas.add({}, {}, {&lists[2], part});
}

} // namespace tipwatch
