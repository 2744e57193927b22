// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/signals_dialect.h"

#include "shared/domain/overloaded.h"
#include "shared/protocol/encoder.h"

#include <algorithm>
#include <array>

namespace tipwatch {

namespace {

using Op = ClientRequest::Op;

bool isKnownByName(std::string_view channel)
{
    static constexpr std::array<std::string_view, 5> whole{"signals:all", "signals:high", "market:summary", "market:volume",
                                                           "market:sentiment"};
    static constexpr std::array<std::string_view, 2> families{"price:", "signals:type:"};
    return std::find(whole.begin(), whole.end(), channel) != whole.end() ||
           std::any_of(families.begin(), families.end(),
                       [&](std::string_view family) { return channel.starts_with(family) && channel.size() > family.size(); });
}

WireMessage systemStatus(const SourceStatus &status, std::int64_t timestamp)
{
    return {Channel::Status, true, typedMessage("system_status", timestamp, 512, [&](ValueWriter &out) { encode(out, status); })};
}

} // namespace

std::vector<WireMessage> SignalsDialect::encode(const ChainEvent &event, const StreamFilter *) const
{
    if (const auto *changed = std::get_if<SourceStatusChanged>(&event.body))
        return {systemStatus(changed->status, event.timestamp)};
    return {};
}

std::vector<WireMessage> SignalsDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *,
                                                std::int64_t timestamp) const
{
    if (channels.contains(Channel::Status))
        return {systemStatus(snapshot.status, timestamp)};
    return {};
}

tl::expected<ClientRequest, RequestError> SignalsDialect::read(const MessageValue &message) const
{
    const MessageValue *type = message.member("type");
    if (!type || !type->text())
        return refuse("bad_message", "\"type\" is subscribe, unsubscribe or ping");
    if (*type->text() == "ping")
        return readTypedPing(message);

    ClientRequest request;
    if (*type->text() == "subscribe") {
        request.op = Op::Subscribe;
        request.channels = {Channel::Status}; // which all have; it is told at once
    } else if (*type->text() == "unsubscribe") {
        request.op = Op::Unsubscribe;
    } else {
        return refuse("unknown_op", "there is no type \"" + shownWord(*type->text()) + '"');
    }
    const auto names = readNames(message, "channels", {});
    if (!names)
        return tl::unexpected(names.error());
    for (const std::string &name : *names) {
        request.refused.push_back(
            {"unknown_channel",
             isKnownByName(name) ? "this server has no data for this channel" : "there is no channel of this name",
             shownWord(name),
             {}});
    }
    return request;
}

std::string SignalsDialect::put(const Answer &answer) const
{
    return std::visit(Overloaded{
                          [](const Pong &a) { return typedPong(a.request); },
                          [](const RequestError &error) { return typedError(error); },
                          [](const auto &) { return std::string(); },
                      },
                      answer);
}

} // namespace tipwatch
