// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/nodes_dialect.h"

#include "server/gateway/dialects/filter_reader.h"
#include "server/gateway/dialects/node_messages.h"
#include "shared/domain/overloaded.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tipwatch {

namespace {

using Op = ClientRequest::Op;

constexpr std::array<std::pair<std::string_view, NodeMessage>, 5> messageTypes{{{"node", NodeMessage::Node},
                                                                                {"position", NodeMessage::Position},
                                                                                {"telemetry", NodeMessage::Telemetry},
                                                                                {"message", NodeMessage::Message},
                                                                                {"status", NodeMessage::Status}}};

FilterResult<std::uint8_t> readMessageTypes(const MessageValue &listed)
{
    const MessageValue::List *list = listed.list();
    unsigned bits = 0;
    for (const MessageValue &entry : list ? *list : MessageValue::List{MessageValue()}) {
        const auto known = std::find_if(messageTypes.begin(), messageTypes.end(),
                                        [&](const auto &type) { return entry.text() && type.first == *entry.text(); });
        if (known == messageTypes.end())
            return tl::unexpected<std::string>("messageTypes lists node, position, telemetry, message, status");
        bits |= static_cast<unsigned>(known->second);
    }
    return static_cast<std::uint8_t>(bits);
}

/// {nodeIds, bounds, messageTypes}; a list with nothing in it restricts nothing.
FilterResult<StreamFilter> readFilter(const MessageValue &filter)
{
    StreamFilter read;
    PeerFilter peers;
    if (const MessageValue *value = filter.member("nodeIds")) {
        auto ids = readIds(*value);
        if (!ids)
            return tl::unexpected(std::move(ids.error()));
        peers.ids = std::move(*ids);
    }
    if (const MessageValue *value = filter.member("bounds")) {
        const auto bounds = readBounds(*value);
        if (!bounds)
            return tl::unexpected(bounds.error());
        peers.bounds = *bounds;
    }
    if (const MessageValue *value = filter.member("messageTypes")) {
        const auto types = readMessageTypes(*value);
        if (!types)
            return tl::unexpected(types.error());
        read.nodeMessages = *types;
    }
    if (peers != PeerFilter())
        read.nodes = std::move(peers);
    return read;
}

tl::expected<ClientRequest, RequestError> readSetFilter(const MessageValue &message)
{
    const MessageValue *inside = message.member("filter");
    if (inside && !inside->object())
        return refuse("bad_filter", "a filter is an object");
    static constexpr std::array<std::string_view, 3> known{"nodeIds", "bounds", "messageTypes"};
    if (const std::string *stranger = inside ? strangerIn(*inside, known) : nullptr)
        return refuse("bad_filter", "nodes have no filter \"" + shownWord(*stranger) + '"');
    // S4 does not say whether the filter's members stand in the message or in a "filter" of it.
    auto filter = readFilter(inside ? *inside : message);
    if (!filter)
        return refuse("bad_filter", std::move(filter.error()));
    ClientRequest request;
    request.op = Op::SetFilter;
    request.channels = {Channel::Nodes};
    request.filter = std::move(*filter);
    return request;
}

ClientRequest requestOf(Op op)
{
    ClientRequest request;
    request.op = op;
    request.channels = {Channel::Nodes};
    return request;
}

} // namespace

std::vector<WireMessage> NodesDialect::encode(const ChainEvent &event, const StreamFilter *filter) const
{
    NodeMessages messages(event.timestamp, filter);
    if (const auto *changed = std::get_if<PeersChanged>(&event.body))
        messages.addChanges(*changed);
    else if (const auto *status = std::get_if<SourceStatusChanged>(&event.body))
        messages.addSource(status->status);
    return messages.take();
}

std::vector<WireMessage> NodesDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                              std::int64_t timestamp) const
{
    NodeMessages messages(timestamp, filter);
    if (channels.contains(Channel::Nodes))
        messages.addSnapshot(snapshot.peers);
    if (channels.contains(Channel::Status))
        messages.addSource(snapshot.status);
    return messages.take();
}

tl::expected<ClientRequest, RequestError> NodesDialect::read(const MessageValue &message) const
{
    const MessageValue *type = message.member("type");
    if (!type || !type->text())
        return refuse("bad_message", "\"type\" is ping, subscribe, unsubscribe or request_snapshot");
    if (*type->text() == "ping")
        return readTypedPing(message);
    if (*type->text() == "subscribe")
        return readSetFilter(message);
    if (*type->text() == "unsubscribe")
        return requestOf(Op::ClearFilter);
    if (*type->text() == "request_snapshot")
        return requestOf(Op::Snapshot);
    return refuse("unknown_op", "there is no type \"" + shownWord(*type->text()) + '"');
}

std::string NodesDialect::put(const Answer &answer) const
{
    return std::visit(Overloaded{
                          [](const Pong &a) { return typedPong(a.request); },
                          [](const RequestError &error) { return typedError(error); },
                          [](const auto &) { return std::string(); },
                      },
                      answer);
}

} // namespace tipwatch
