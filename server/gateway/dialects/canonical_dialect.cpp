// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/canonical_dialect.h"

#include "server/gateway/dialects/canonical_messages.h"
#include "server/gateway/dialects/canonical_request.h"
#include "server/gateway/dialects/cbor_reader.h"
#include "server/gateway/dialects/projected_messages.h"
#include "shared/domain/overloaded.h"
#include "shared/protocol/alert_encoder.h"

namespace tipwatch {

namespace {

template <class T> const T *pointer(const std::optional<T> &value)
{
    return value ? &*value : nullptr;
}

const TxFilter *txsOf(const StreamFilter *filter)
{
    return filter ? pointer(filter->txs) : nullptr;
}

const PeerFilter *peersOf(const StreamFilter *filter, Channel channel)
{
    return filter ? pointer(channel == Channel::Network ? filter->network : filter->nodes) : nullptr;
}

void writeId(ValueWriter &out, const std::string &id)
{
    if (!id.empty())
        out.key("id").raw(id);
}

void writePosition(ValueWriter &out, Position position)
{
    out.member("epoch", position.epochText()).member("seq", position.seq);
}

void writeChannels(ValueWriter &out, ChannelSet channels, const std::vector<std::string> &tracks)
{
    out.key("channels").beginArray();
    for (const Channel channel : allChannels) {
        if (channels.contains(channel) && channel != Channel::Track)
            out.value(channelName(channel));
    }
    for (const std::string &track : tracks)
        out.value(track);
    out.endArray();
}

void write(ValueWriter &out, const Hello &hello)
{
    out.member("type", "hello").key("data").beginObject().member("server", hello.server);
    writePosition(out, hello.position);
    out.key("network");
    hello.network.empty() ? out.null() : out.value(hello.network);
    out.member("chain", "bitcoin").member("ping", static_cast<double>(hello.pingIntervalMs) / 1000);
    out.key("limits").beginObject().member("maxMessageSize", hello.maxMessageSize).member("queueMessages", hello.queueMessages);
    out.member("messagesPerSecond", hello.messagesPerSecond).member("maxChannels", MessageCaps::channels);
    out.endObject();
    if (hello.recovered)
        out.member("recovered", *hello.recovered);
    out.endObject();
}

void write(ValueWriter &out, const Subscribed &subscribed)
{
    out.member("type", "subscribed");
    writeId(out, subscribed.request.id);
    out.key("data").beginObject();
    writeChannels(out, subscribed.channels, subscribed.tracks);
    writePosition(out, subscribed.position);
    out.member("recovered", subscribed.recovered).endObject();
}

void write(ValueWriter &out, const Unsubscribed &unsubscribed)
{
    out.member("type", "unsubscribed");
    writeId(out, unsubscribed.request.id);
    out.key("data").beginObject();
    writeChannels(out, unsubscribed.channels, unsubscribed.tracks);
    writePosition(out, unsubscribed.position);
    out.endObject();
}

void write(ValueWriter &out, const Pong &pong)
{
    out.member("type", "pong");
    writeId(out, pong.request.id);
    if (!pong.request.timestamp.empty())
        out.key("timestamp").raw(pong.request.timestamp);
}

void write(ValueWriter &out, const Authenticated &authenticated)
{
    out.member("type", "authenticated");
    writeId(out, authenticated.request.id);
    out.key("data").beginObject().key("expires");
    authenticated.expires == 0 ? out.null() : out.value(authenticated.expires);
    out.endObject();
}

void write(ValueWriter &out, const RequestError &error)
{
    out.member("type", "error");
    writeId(out, error.id);
    out.key("error").beginObject().member("code", error.code).member("message", error.message);
    if (!error.channel.empty())
        out.member("channel", error.channel);
    if (error.count > 0)
        out.member("count", error.count);
    out.endObject();
}

} // namespace

std::vector<WireMessage> CanonicalDialect::encode(const ChainEvent &event, const StreamFilter *filter) const
{
    CanonicalMessages messages(m_encoding, event.position, event.timestamp);
    const auto addBlock = [&](std::string_view type, const auto &value) {
        messages.add(type, Channel::Blocks, false, 1024, [&](ValueWriter &out) { tipwatch::encode(out, value); });
    };
    const auto addAlert = [&](std::string_view type, const AlertPtr &alert) {
        messages.add(type, Channel::Alerts, false, 512, [&](ValueWriter &out) { tipwatch::encode(out, *alert); });
    };
    std::visit(Overloaded{
                   [&](const TipChanged &e) { messages.addState("tip.update", Channel::Tip, e.tip); },
                   [&](const BlockConnected &e) { addBlock("block.mined", *e.block); },
                   [&](const BlockUpdated &e) { addBlock("block.updated", *e.block); },
                   [&](const BlockDisconnected &e) {
                       messages.add("block.disconnected", Channel::Blocks, false, 128,
                                    [&](ValueWriter &out) { encodeReference(out, *e.block); });
                   },
                   [&](const ChainReorganised &e) { addBlock("chain.reorg", e); },
                   [&](const TransactionsSeen &e) { messages.addSeen(e, txsOf(filter)); },
                   [&](const TransactionsRemoved &e) { messages.addRemoved(e, txsOf(filter)); },
                   [&](const MempoolChanged &e) { messages.addState("mempool.update", Channel::Mempool, e.summary); },
                   [&](const ProjectionChanged &e) { messages.addState("projected.blocks", Channel::Projected, e.projection); },
                   [&](const ProjectedTransactionsChanged &e) {
                       for (const ProjectedChange &change : e.blocks)
                           addProjected(messages, m_encoding, change);
                   },
                   [&](const FeesChanged &e) { messages.addState("fees.update", Channel::Fees, e.fees); },
                   [&](const DifficultyChanged &e) { messages.addState("difficulty.update", Channel::Difficulty, e.difficulty); },
                   [&](const NetworkChanged &e) { // what waits of the peers on this channel is not said by it
                       messages.add("network.update", Channel::Network, false, 512,
                                    [&](ValueWriter &out) { tipwatch::encode(out, e.network); });
                   },
                   [&](const PeersChanged &e) {
                       for (const Channel channel : {Channel::Network, Channel::Nodes})
                           messages.addPeers(channel, e, peersOf(filter, channel));
                   },
                   [&](const SourceStatusChanged &e) { messages.addState("status.update", Channel::Status, e.status); },
                   [&](const TrackedChanged &e) {
                       for (const TrackedTransaction &tracked : e.transactions)
                           messages.addTracked(tracked, event.network);
                       for (const ScriptActivity &activity : e.scripts)
                           messages.addActivity(activity, event.network);
                   },
                   [&](const AlertRaised &e) { addAlert("alert.raised", e.alert); },
                   [&](const AlertCleared &e) { addAlert("alert.cleared", e.alert); },
               },
               event.body);
    return messages.take();
}

std::vector<WireMessage> CanonicalDialect::encode(const StreamMetrics &metrics, const ChainSnapshot &at,
                                                  std::int64_t timestamp) const
{
    CanonicalMessages messages(m_encoding, at.position, timestamp);
    messages.addState("metrics.update", Channel::Metrics, metrics);
    return messages.take();
}

std::vector<WireMessage> CanonicalDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                                  std::int64_t timestamp) const
{
    CanonicalMessages messages(m_encoding, snapshot.position, timestamp);
    const auto wants = [&](Channel channel) {
        // Before the node was heard there is nothing to tell but how it stands with it.
        const bool isOurs = channel == Channel::Status || channel == Channel::Alerts;
        return channels.contains(channel) && (isOurs || snapshot.tip.isKnown());
    };
    if (wants(Channel::Tip))
        messages.addState("tip.update", Channel::Tip, snapshot.tip);
    if (wants(Channel::Mempool))
        messages.addState("mempool.update", Channel::Mempool, snapshot.mempool);
    if (wants(Channel::Projected))
        messages.addState("projected.blocks", Channel::Projected, snapshot.projection);
    for (std::size_t index = 0; index < snapshot.projectedTransactions.size(); ++index) {
        // Whatever is known of the node: deltas follow what is said here. Null: the whole list is on its way.
        if (const auto &list = snapshot.projectedTransactions[index]; list && channels.contains(projectedChannel(index)))
            addProjected(messages, m_encoding, {index, list});
    }
    if (wants(Channel::Fees))
        messages.addState("fees.update", Channel::Fees, snapshot.fees);
    if (wants(Channel::Difficulty) && snapshot.difficulty.isKnown())
        messages.addState("difficulty.update", Channel::Difficulty, snapshot.difficulty);
    if (wants(Channel::Network)) {
        messages.addState("network.update", Channel::Network, snapshot.network);
        messages.addPeerList(Channel::Network, snapshot.peers, peersOf(filter, Channel::Network));
    }
    if (wants(Channel::Nodes))
        messages.addPeerList(Channel::Nodes, snapshot.peers, peersOf(filter, Channel::Nodes));
    if (wants(Channel::Status))
        messages.addState("status.update", Channel::Status, snapshot.status);
    if (filter && channels.contains(Channel::Track)) {
        for (const WatchSubject &subject : filter->tracks.subjects()) {
            const auto *txid = std::get_if<TxId>(&subject);
            if (!txid)
                continue;
            if (const auto tracked = snapshot.tracked->find(*txid); tracked != snapshot.tracked->end())
                messages.addTracked(tracked->second, snapshot.status.network);
        }
    }
    if (wants(Channel::Alerts)) {
        messages.add("alerts.active", Channel::Alerts, false, 512 * snapshot.activeAlerts.size(),
                     [&](ValueWriter &out) { tipwatch::encode(out, snapshot.activeAlerts); });
    }
    return messages.take();
}

std::optional<std::string> CanonicalDialect::marked(std::string_view payload) const
{
    // In both encodings one byte opens the envelope, and a member may stand before the others.
    const std::string_view mark = m_encoding == Encoding::Cbor ? "\xbf\x66resume\xf4" : R"({"resume":false,)";
    return std::string(mark).append(payload.substr(1));
}

tl::expected<ClientRequest, RequestError> CanonicalDialect::parse(std::string_view message, bool isBinary,
                                                                  std::string_view network)
{
    if (isBinary && m_encoding == Encoding::Json)
        return refuse("bad_message", "messages are JSON in text frames");
    const auto value = isBinary ? readCbor(message) : m_json.read(message);
    if (!value)
        return tl::unexpected(value.error());
    return readCanonical(*value, m_encoding, network);
}

std::string CanonicalDialect::put(const Answer &answer) const
{
    return encoded(m_encoding, 256, [&](ValueWriter &out) {
        out.beginObject();
        std::visit([&](const auto &words) { write(out, words); }, answer);
        out.endObject();
    });
}

} // namespace tipwatch
