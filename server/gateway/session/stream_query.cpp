// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/stream_query.h"

#include "server/gateway/dialects/filter_reader.h"
#include "server/gateway/front_door/http_message.h"
#include "shared/protocol/track_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

namespace tipwatch {

namespace {

using Refused = tl::expected<void, RequestError>;
using Parameters = std::map<std::string, std::string, std::less<>>; ///< decoded; those of lists that come twice are joined

constexpr std::array<std::string_view, 2> filterNumbers{"minFeerate", "minValue"};
constexpr std::array<std::string_view, 3> filterLists{"flags", "address", "txid"};

template <class Names> bool has(const Names &names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isList(std::string_view name)
{
    return name == "channels" || has(filterLists, name);
}

std::string accepted(StreamQuery::Form form)
{
    std::string names = "channels, since, minFeerate, minValue, flags, address, txid, token";
    return form == StreamQuery::Form::LongPoll ? names + ", timeout" : names;
}

bool isKnown(std::string_view name, StreamQuery::Form form)
{
    return isList(name) || has(filterNumbers, name) || name == "since" || name == "token" ||
           (name == "timeout" && form == StreamQuery::Form::LongPoll);
}

tl::expected<Parameters, RequestError> parametersOf(std::string_view query, StreamQuery::Form form)
{
    Parameters parameters;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty())
            continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = percentDecoded(pair.substr(0, equals));
        const auto value = percentDecoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return refuse("bad_message", "the query has a % that is not followed by two hexadecimal digits");
        if (!isKnown(*name, form))
            return refuse("bad_message", "there is no parameter \"" + shownWord(*name) + "\"; accepted: " + accepted(form));
        const auto [known, isNew] = parameters.emplace(*name, *value);
        if (!isNew && !isList(*name))
            return refuse("bad_message", '"' + *name + "\" is given twice");
        if (!isNew)
            known->second.append(",").append(*value);
    }
    return parameters;
}

std::vector<std::string> piecesOf(std::string_view list)
{
    std::vector<std::string> pieces;
    for (std::size_t comma; (comma = list.find(',')) != std::string_view::npos; list.remove_prefix(comma + 1))
        pieces.emplace_back(list.substr(0, comma));
    pieces.emplace_back(list);
    return pieces;
}

template <class Number> std::optional<Number> numberOf(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string channelNames()
{
    std::string names;
    for (const Channel channel : allChannels) {
        if (channel != Channel::Track)
            names.append(names.empty() ? "" : ", ").append(channelName(channel));
    }
    return names + ", track:tx:<txid>, track:address:<address>";
}

Refused readChannels(StreamQuery &query, const Parameters &parameters, const std::optional<ChannelSet> &allowed,
                     std::string_view network)
{
    const auto isAllowed = [&](Channel channel) { return !allowed || allowed->contains(channel); };
    const auto forbid = [](std::string_view channel) {
        return refuse("forbidden", "your token does not give access to " + std::string(channel));
    };
    const auto listed = parameters.find("channels");
    if (listed == parameters.end()) {
        for (const Channel channel : allChannels) {
            if (defaultChannels.contains(channel) && isAllowed(channel))
                query.channels.insert(channel);
        }
        return query.channels.isEmpty() ? Refused(forbid("tip, blocks, txs or mempool")) : Refused();
    }
    for (const std::string &name : piecesOf(listed->second)) {
        if (isTrackName(name)) {
            auto subject = readTrackName(name, network);
            if (!subject)
                return refuse("unknown_channel", std::move(subject.error().message));
            if (!isAllowed(Channel::Track))
                return forbid(name);
            query.channels.insert(Channel::Track);
            query.filter.tracks.insert(*subject);
            if (query.filter.tracks.size() > TrackFilter::most)
                return refuse("too_many_channels", "at most 100 transactions and addresses can be tracked");
            continue;
        }
        const std::optional<Channel> channel = channelFromName(name);
        if (!channel || channel == Channel::Track)
            return refuse("unknown_channel", "there is no channel \"" + shownWord(name) + "\" here; accepted: " + channelNames());
        if (!isAllowed(*channel))
            return forbid(name);
        query.channels.insert(*channel);
    }
    return {};
}

/// As it would stand in a subscribe message. What is no number stays a text, and the reader of filters says what is wrong with it.
MessageValue filterValue(std::string_view name, const std::string &text)
{
    if (!has(filterNumbers, name)) {
        MessageValue::List list;
        for (std::string &piece : piecesOf(text))
            list.emplace_back(std::move(piece));
        return MessageValue(std::move(list));
    }
    if (const auto integer = numberOf<std::int64_t>(text))
        return MessageValue(*integer);
    if (const auto number = numberOf<double>(text); number && std::isfinite(*number))
        return MessageValue(*number);
    return MessageValue(text);
}

Refused readFilter(StreamQuery &query, const Parameters &parameters, std::string_view network)
{
    MessageValue::Object members;
    for (const auto &[name, text] : parameters) {
        if (has(filterNumbers, name) || has(filterLists, name))
            members.push_back({name, filterValue(name, text)});
    }
    if (members.empty())
        return {};
    if (!query.channels.contains(Channel::Txs))
        return refuse("bad_filter", '"' + members.front().name + "\" filters txs, which is not among the channels");
    auto filter = readTxFilter(MessageValue(std::move(members)), network);
    if (!filter)
        return refuse("bad_filter", std::move(filter.error()));
    query.filter.txs = std::move(*filter);
    return {};
}

Refused readSince(StreamQuery &query, const Parameters &parameters, std::string_view lastEventId)
{
    if (const auto since = parameters.find("since"); since != parameters.end()) {
        query.since = Position::fromText(since->second);
        if (!query.since)
            return refuse("bad_message",
                          "\"since\" is <epoch>:<seq> as in Tipwatch-Position, 16 hexadecimal digits and a number");
    }
    if (!lastEventId.empty())
        query.since = Position::fromText(lastEventId).value_or(Position());
    return {};
}

Refused readTimeout(StreamQuery &query, const Parameters &parameters)
{
    const auto timeout = parameters.find("timeout");
    if (timeout == parameters.end())
        return {};
    const auto seconds = numberOf<std::int64_t>(timeout->second);
    if (!seconds || *seconds < 0 || *seconds > StreamQuery::maxPatienceMs / 1000)
        return refuse("bad_message", "\"timeout\" is a whole number of seconds from 0 to 60");
    query.patienceMs = *seconds * 1000;
    return {};
}

} // namespace

tl::expected<StreamQuery, RequestError> StreamQuery::read(Form form, std::string_view query, std::string_view lastEventId,
                                                          const std::optional<ChannelSet> &allowed, std::string_view network)
{
    const auto parameters = parametersOf(query, form);
    if (!parameters)
        return tl::unexpected(parameters.error());
    StreamQuery wanted;
    wanted.form = form;
    Refused outcome = readChannels(wanted, *parameters, allowed, network);
    if (outcome)
        outcome = readFilter(wanted, *parameters, network);
    if (outcome)
        outcome = readSince(wanted, *parameters, lastEventId);
    if (outcome)
        outcome = readTimeout(wanted, *parameters);
    if (!outcome)
        return tl::unexpected(std::move(outcome.error()));
    return wanted;
}

} // namespace tipwatch
