// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/signals_dialect.h"

#include "shared/domain/alert_rule.h"
#include "shared/domain/overloaded.h"
#include "shared/protocol/alert_encoder.h"
#include "shared/protocol/encoder.h"

#include <algorithm>
#include <array>

namespace tipwatch {

namespace {

using Op = ClientRequest::Op;

constexpr std::string_view typeFamily = "signals:type:";

bool isWithoutData(std::string_view channel)
{
    static constexpr std::array<std::string_view, 3> whole{"market:summary", "market:volume", "market:sentiment"};
    static constexpr std::string_view prices = "price:";
    return std::ranges::find(whole, channel) != whole.end() || (channel.starts_with(prices) && channel.size() > prices.size());
}

/// Adds what @p channel stands for to @p signals. @return false if it stands for no signals.
bool addSignals(SignalFilter &signals, std::string_view channel)
{
    if (channel == "signals:all") {
        signals.add({.all = true, .high = false, .types = {}});
        return true;
    }
    if (channel == "signals:high") {
        signals.add({.all = false, .high = true, .types = {}});
        return true;
    }
    if (!channel.starts_with(typeFamily))
        return false;
    const std::string_view type = channel.substr(typeFamily.size());
    const bool isType = std::ranges::find(alertTypes(), type) != alertTypes().end();
    if (isType)
        signals.add({.all = false, .high = false, .types = {std::string(type)}});
    return isType;
}

std::string whyRefused(std::string_view channel)
{
    if (isWithoutData(channel))
        return "this server has no data for this channel";
    if (!channel.starts_with(typeFamily))
        return "there is no channel of this name";
    std::string types;
    for (const std::string_view type : alertTypes())
        types.append(types.empty() ? "" : ", ").append(type);
    return "there are no signals of this type; accepted: " + types;
}

WireMessage systemStatus(const SourceStatus &status, std::int64_t timestamp)
{
    return {Channel::Status, true, typedMessage("system_status", timestamp, 512, [&](ValueWriter &out) { encode(out, status); })};
}

WireMessage signalAlert(const Alert &alert, std::int64_t timestamp)
{
    return {Channel::Alerts, false, typedMessage("signal_alert", timestamp, 512, [&](ValueWriter &out) { encode(out, alert); })};
}

bool isWanted(const Alert &alert, const StreamFilter *filter)
{
    return !filter || !filter->signals || filter->signals->accepts(alert);
}

} // namespace

std::vector<WireMessage> SignalsDialect::encode(const ChainEvent &event, const StreamFilter *filter) const
{
    if (const auto *changed = std::get_if<SourceStatusChanged>(&event.body))
        return {systemStatus(changed->status, event.timestamp)};
    const auto *raised = std::get_if<AlertRaised>(&event.body);
    const auto *cleared = std::get_if<AlertCleared>(&event.body);
    if (raised && isWanted(*raised->alert, filter))
        return {signalAlert(*raised->alert, event.timestamp)};
    if (cleared && isWanted(*cleared->alert, filter))
        return {signalAlert(*cleared->alert, event.timestamp)};
    return {};
}

std::vector<WireMessage> SignalsDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                                std::int64_t timestamp) const
{
    std::vector<WireMessage> messages;
    if (channels.contains(Channel::Status))
        messages.push_back(systemStatus(snapshot.status, timestamp));
    if (channels.contains(Channel::Alerts)) {
        for (const AlertPtr &alert : snapshot.activeAlerts) {
            if (isWanted(*alert, filter))
                messages.push_back(signalAlert(*alert, timestamp));
        }
    }
    return messages;
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
    SignalFilter signals;
    for (const std::string &name : *names) {
        if (!addSignals(signals, name))
            request.refused.push_back({"unknown_channel", whyRefused(name), shownWord(name), {}});
    }
    if (!signals.isEmpty()) {
        request.channels.insert(Channel::Alerts);
        request.filter.signals = std::move(signals);
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
