// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/canonical_request.h"

#include "server/gateway/dialects/filter_reader.h"
#include "server/gateway/dialects/text_dialect.h"
#include "shared/protocol/track_name.h"
#include "shared/state/chain_store.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tipwatch {

namespace {

using Op = ClientRequest::Op;

constexpr std::size_t maxTokenLength = 8192; ///< bytes; as much as common servers take of a header line

constexpr std::array<std::pair<std::string_view, Op>, 5> ops{{{"subscribe", Op::Subscribe},
                                                              {"unsubscribe", Op::Unsubscribe},
                                                              {"snapshot", Op::Snapshot},
                                                              {"ping", Op::Ping},
                                                              {"auth", Op::Authenticate}}};

/// Channels that the protocol has and this program has no data for; "name:" stands for all that begin so.
constexpr std::array<std::string_view, 2> withoutData{"prices:", "market:"};

bool isWithoutData(std::string_view name)
{
    return std::any_of(withoutData.begin(), withoutData.end(),
                       [&](std::string_view known) { return known.back() == ':' ? name.starts_with(known) : name == known; });
}

/// What a channel's entry says besides its name.
class ChannelEntry {
public:
    ChannelEntry(const MessageValue &entry, std::string_view network) : m_entry(entry), m_network(network) {}

    /// Adds the channel to @p request, or says there why not.
    void addTo(ClientRequest &request) const
    {
        const MessageValue *name = m_entry.object() ? m_entry.member("name") : &m_entry;
        if (!name || !name->text()) {
            request.refused.push_back({"bad_message", "a channel is a name or an object with a name", {}, request.id});
            return;
        }
        const auto refused = [&](std::string_view code, std::string message) {
            request.refused.push_back({code, std::move(message), shownWord(*name->text()), request.id});
        };
        if (isTrackName(*name->text())) {
            auto subject = readTrackName(*name->text(), m_network);
            if (!subject)
                return refused("unknown_channel", std::move(subject.error().message));
            if (m_entry.member("filter") || m_entry.member("last"))
                return refused("bad_filter", "this channel cannot be filtered");
            request.channels.insert(Channel::Track);
            request.filter.tracks.insert(*subject);
            return;
        }
        const std::optional<Channel> channel = channelFromName(*name->text());
        if (channel == Channel::Track)
            return refused("unknown_channel", "what can be tracked is track:tx:<txid> and track:address:<address>");
        if (!channel) {
            refused("unknown_channel", isWithoutData(*name->text()) ? "this server has no data for this channel"
                                                                    : "there is no channel of this name");
            return;
        }
        const FilterResult<StreamFilter> filter = filterFor(*channel);
        if (!filter) {
            refused("bad_filter", filter.error());
            return;
        }
        if (const MessageValue *last = m_entry.member("last")) {
            const std::optional<std::int64_t> blocks = last->integer();
            if (*channel != Channel::Blocks || !blocks || *blocks < 0) {
                refused("bad_filter", "\"last\" is a number of blocks, for the channel blocks");
                return;
            }
            request.lastBlocks = std::min(static_cast<std::size_t>(*blocks), ChainStore::keptBlocks);
        }
        request.channels.insert(*channel);
        request.filter.replace({*channel}, *filter);
    }

private:
    FilterResult<StreamFilter> filterFor(Channel channel) const
    {
        StreamFilter read;
        const MessageValue *filter = m_entry.member("filter");
        if (!filter || (filter->object() && filter->object()->empty()))
            return read;
        if (channel == Channel::Txs) {
            const auto txs = readTxFilter(*filter, m_network);
            if (!txs)
                return tl::unexpected(txs.error());
            read.txs = *txs;
        } else if (channel == Channel::Network || channel == Channel::Nodes) {
            const auto peers = readPeerFilter(*filter);
            if (!peers)
                return tl::unexpected(peers.error());
            (channel == Channel::Network ? read.network : read.nodes) = *peers;
        } else { // sending everything to someone who asked for a part would be the worse answer
            return tl::unexpected<std::string>("this channel cannot be filtered");
        }
        return read;
    }

    const MessageValue &m_entry;
    std::string_view m_network;
};

/// An epoch that is none of ours is that of another run: nothing can be recovered, which is no mistake of the client.
std::uint64_t epochFrom(std::string_view text)
{
    std::uint64_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch, 16);
    return text.size() == 16 && error == std::errc() && end == text.data() + text.size() ? epoch : 0;
}

tl::expected<void, RequestError> readChannels(ClientRequest &request, const MessageValue &message, std::string_view network)
{
    const MessageValue *listed = message.member("channels");
    const MessageValue::List *channels = listed ? listed->list() : nullptr;
    if (!channels)
        return refuse("bad_message", "\"channels\" is a list of channels", request.id);
    if (channels->size() > MessageCaps::channels)
        return refuse("too_many_channels", "at most 100 channels in one message", request.id);
    for (const MessageValue &entry : *channels)
        ChannelEntry(entry, network).addTo(request);
    return {};
}

tl::expected<void, RequestError> readSince(ClientRequest &request, const MessageValue &message)
{
    const MessageValue *since = message.member("since");
    if (!since)
        return {};
    const MessageValue *epoch = since->member("epoch"), *seq = since->member("seq");
    const std::int64_t number = seq ? seq->integer().value_or(-1) : -1;
    if (!epoch || !epoch->text() || number < 0)
        return refuse("bad_message", "\"since\" is {\"epoch\":text,\"seq\":number}, as they were received", request.id);
    request.since = Position{epochFrom(*epoch->text()), static_cast<std::uint64_t>(number)};
    return {};
}

tl::expected<void, RequestError> readToken(ClientRequest &request, const MessageValue &message)
{
    const MessageValue *token = message.member("token");
    if (!token || !token->text() || token->text()->empty() || token->text()->size() > maxTokenLength)
        return refuse("bad_message", "\"token\" is a text of at most 8192 bytes", request.id);
    request.token = *token->text();
    return {};
}

tl::expected<Op, RequestError> readOp(const MessageValue &message, const std::string &id)
{
    const MessageValue *named = message.member("op");
    if (!named && isTypedPing(message)) // the ping of the other dialects of /ws, which does not yet say which it is
        return Op::Ping;
    if (!named || !named->text())
        return refuse("bad_message", "\"op\" says what to do: subscribe, unsubscribe, snapshot, ping or auth", id);
    const auto known = std::find_if(ops.begin(), ops.end(), [&](const auto &op) { return op.first == *named->text(); });
    if (known == ops.end())
        return refuse("unknown_op", "there is no op \"" + shownWord(*named->text()) + '"', id);
    return known->second;
}

tl::expected<void, RequestError> readRest(ClientRequest &request, const MessageValue &message, Encoding encoding,
                                          std::string_view network)
{
    switch (request.op) {
    case Op::Ping: {
        auto timestamp = readEcho(message, "timestamp", encoding, request.id);
        if (!timestamp)
            return tl::unexpected(timestamp.error());
        request.timestamp = std::move(*timestamp);
        return {};
    }
    case Op::Authenticate:
        return readToken(request, message);
    case Op::Subscribe:
        if (auto read = readSince(request, message); !read)
            return read;
        return readChannels(request, message, network);
    default:
        return readChannels(request, message, network);
    }
}

} // namespace

tl::expected<ClientRequest, RequestError> readCanonical(const MessageValue &message, Encoding encoding, std::string_view network)
{
    auto id = readEcho(message, "id", encoding);
    if (!id)
        return tl::unexpected(id.error());
    const auto op = readOp(message, *id);
    if (!op)
        return tl::unexpected(op.error());
    ClientRequest request;
    request.id = std::move(*id);
    request.op = *op;
    if (auto read = readRest(request, message, encoding, network); !read)
        return tl::unexpected(std::move(read.error()));
    return request;
}

} // namespace tipwatch
