// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/filter_reader.h"

#include "shared/domain/address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tipwatch {

namespace {

tl::unexpected<std::string> wrong(std::string sentence)
{
    return tl::unexpected<std::string>(std::move(sentence));
}

/// A value, or each of a list, read by @p readOne; sorted, each once.
template <class T, class ReadOne> FilterResult<std::vector<T>> readSome(const MessageValue &value, ReadOne readOne)
{
    std::vector<T> all;
    const auto add = [&](const MessageValue &entry) -> FilterResult<void> {
        FilterResult<T> one = readOne(entry);
        if (!one)
            return wrong(std::move(one.error()));
        all.push_back(std::move(*one));
        return {};
    };
    if (const MessageValue::List *list = value.list()) {
        if (list->size() > maxFilterValues)
            return wrong("at most 1000 values in one list");
        for (const MessageValue &entry : *list) {
            if (auto added = add(entry); !added)
                return wrong(std::move(added.error()));
        }
    } else if (auto added = add(value); !added) {
        return wrong(std::move(added.error()));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

template <class T> FilterResult<std::vector<T>> notEmpty(FilterResult<std::vector<T>> list, std::string_view name)
{
    if (list && list->empty())
        return wrong('"' + std::string(name) + "\" lists nothing");
    return list;
}

FilterResult<TxId> readTxid(const MessageValue &value)
{
    const std::optional<TxId> txid = value.text() ? TxId::fromHex(*value.text()) : std::nullopt;
    if (!txid)
        return wrong("a txid is 64 hexadecimal digits");
    return *txid;
}

FilterResult<TxFlag> readFlag(const MessageValue &value)
{
    for (const TxFlag flag : allTxFlags()) {
        if (value.text() && flagName(flag) == *value.text())
            return flag;
    }
    return wrong("a flag is one of rbf, replacement, segwit, taproot, op_return, cpfp");
}

FilterResult<Script> readAddress(const MessageValue &value, std::string_view network)
{
    if (!value.text())
        return wrong("an address is a text");
    if (network.empty())
        return wrong("which network the addresses are of is not known yet");
    Result<Script> script = scriptOf(*value.text(), network);
    if (!script)
        return wrong(std::move(script.error().message));
    return std::move(*script);
}

FilterResult<double> readDegrees(const MessageValue &bounds, std::string_view name, double limit)
{
    const MessageValue *value = bounds.member(name);
    const std::optional<double> degrees = value ? value->number() : std::nullopt;
    if (!degrees || std::abs(*degrees) > limit)
        return wrong("bounds are {north, south, east, west} in degrees: 90 to -90 and -180 to 180");
    return *degrees;
}

FilterResult<std::int64_t> readId(const MessageValue &value)
{
    if (const std::optional<std::int64_t> id = value.integer())
        return *id;
    if (const std::string *text = value.text()) {
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
        if (error == std::errc() && end == text->data() + text->size())
            return id;
    }
    return wrong("the id of a peer is a whole number");
}

} // namespace

const std::string *strangerIn(const MessageValue &filter, std::span<const std::string_view> known)
{
    for (const MessageMember &member : *filter.object()) {
        if (std::find(known.begin(), known.end(), member.name) == known.end())
            return &member.name;
    }
    return nullptr;
}

FilterResult<TxFilter> readTxFilter(const MessageValue &filter, std::string_view network)
{
    static constexpr std::array<std::string_view, 5> known{"minFeerate", "minValue", "flags", "address", "txid"};
    if (!filter.object())
        return wrong("a filter is an object");
    if (const std::string *stranger = strangerIn(filter, known))
        return wrong("txs has no filter \"" + shownWord(*stranger) + '"');

    TxFilter read;
    if (const MessageValue *value = filter.member("minFeerate")) {
        const std::optional<double> feerate = value->number();
        if (!feerate || *feerate < 0)
            return wrong("minFeerate is a number of sat/vB");
        read.minFeerate = Feerate(*feerate);
    }
    if (const MessageValue *value = filter.member("minValue")) {
        const std::optional<std::int64_t> satoshi = value->integer();
        if (!satoshi || *satoshi < 0)
            return wrong("minValue is a whole number of satoshi");
        read.minValue = Satoshi(*satoshi);
    }
    if (const MessageValue *value = filter.member("flags")) {
        const auto flags = readSome<TxFlag>(*value, readFlag);
        if (!flags)
            return wrong(flags.error());
        for (const TxFlag flag : *flags)
            read.flags = static_cast<std::uint16_t>(read.flags | static_cast<std::uint16_t>(flag));
    }
    if (const MessageValue *value = filter.member("address")) {
        auto scripts =
            notEmpty(readSome<Script>(*value, [&](const MessageValue &entry) { return readAddress(entry, network); }), "address");
        if (!scripts)
            return wrong(std::move(scripts.error()));
        read.scripts = std::move(*scripts);
    }
    if (const MessageValue *value = filter.member("txid")) {
        auto txids = notEmpty(readSome<TxId>(*value, readTxid), "txid");
        if (!txids)
            return wrong(std::move(txids.error()));
        read.txids = std::move(*txids);
    }
    return read;
}

FilterResult<PeerFilter> readPeerFilter(const MessageValue &filter)
{
    static constexpr std::array<std::string_view, 2> known{"ids", "bounds"};
    if (!filter.object())
        return wrong("a filter is an object");
    if (const std::string *stranger = strangerIn(filter, known))
        return wrong("peers have no filter \"" + shownWord(*stranger) + '"');

    PeerFilter read;
    if (const MessageValue *value = filter.member("ids")) {
        auto ids = notEmpty(readIds(*value), "ids");
        if (!ids)
            return wrong(std::move(ids.error()));
        read.ids = std::move(*ids);
    }
    if (const MessageValue *value = filter.member("bounds")) {
        const auto bounds = readBounds(*value);
        if (!bounds)
            return wrong(bounds.error());
        read.bounds = *bounds;
    }
    return read;
}

FilterResult<GeoBounds> readBounds(const MessageValue &bounds)
{
    const auto north = readDegrees(bounds, "north", 90), south = readDegrees(bounds, "south", 90);
    const auto east = readDegrees(bounds, "east", 180), west = readDegrees(bounds, "west", 180);
    for (const auto *edge : {&north, &south, &east, &west}) {
        if (!*edge)
            return wrong(edge->error());
    }
    if (*south > *north)
        return wrong("south is north of north");
    return GeoBounds{*north, *south, *east, *west};
}

FilterResult<std::vector<std::int64_t>> readIds(const MessageValue &ids)
{
    return readSome<std::int64_t>(ids, readId);
}

} // namespace tipwatch
