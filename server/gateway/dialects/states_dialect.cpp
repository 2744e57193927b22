// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/states_dialect.h"

#include "shared/domain/overloaded.h"
#include "shared/protocol/encoder.h"

#include <algorithm>
#include <array>

namespace tipwatch {

namespace {

using Op = ClientRequest::Op;

struct Stream {
    std::string_view name;
    Channel channel;
};
constexpr std::array<Stream, 3> streams{
    {{"block_updates", Channel::Tip}, {"metrics", Channel::Metrics}, {"network", Channel::Network}}};

void writeHash(ValueWriter &out, std::string_view key, const BlockHash &hash)
{
    out.key(key);
    hash.isNull() ? out.null() : out.value(hash);
}

void writeHeight(ValueWriter &out, std::string_view key, Height height)
{
    out.key(key);
    height == unknownHeight ? out.null() : out.value(height.value);
}

void writeFeerate(ValueWriter &out, std::string_view key, const std::optional<Feerate> &feerate)
{
    out.key(key);
    feerate ? out.value(toThousandth(feerate->value)) : out.null();
}

WireMessage blockUpdate(const Tip &tip)
{
    return {Channel::Tip, true, typedMessage("block_update", 0, 320, [&](ValueWriter &out) {
                out.beginObject();
                writeHeight(out, "height", tip.height);
                writeHeight(out, "finalized_height", tip.finalizedHeight);
                writeHash(out, "hash", tip.hash);
                writeHash(out, "previous_hash", tip.previousHash);
                out.key("timestamp");
                tip.time == 0 ? out.null() : out.value(tip.time);
                out.endObject();
            })};
}

WireMessage networkUpdate(const NetworkInfo &network)
{
    return {Channel::Network, true, typedMessage("network_update", 0, 192, [&](ValueWriter &out) {
                out.beginObject().member("peers", network.peers);
                out.member("inbound", network.inbound).member("outbound", network.outbound);
                out.key("bandwidth").beginObject();
                out.member("bytes_in", network.bytesIn).member("bytes_out", network.bytesOut);
                out.endObject().endObject();
            })};
}

/// JSON-RPC 2.0, section 5.1; what it has no number for is a server error.
int numberOf(std::string_view code)
{
    if (code == "bad_json")
        return -32700;
    if (code == "bad_message")
        return -32600;
    if (code == "unknown_op")
        return -32601;
    if (code == "unknown_channel" || code == "too_many_channels")
        return -32602;
    return -32000;
}

void writeId(ValueWriter &out, const std::string &id)
{
    out.key("id");
    id.empty() ? out.null() : out.raw(id);
}

std::string result(const std::string &id, ChannelSet channels)
{
    return encoded(Encoding::Json, 128, [&](ValueWriter &out) {
        out.beginObject();
        writeId(out, id);
        out.key("result").beginObject().key("streams").beginArray();
        for (const Stream &stream : streams) {
            if (channels.contains(stream.channel))
                out.value(stream.name);
        }
        out.endArray().endObject().endObject();
    });
}

std::string errorOf(const RequestError &error)
{
    return encoded(Encoding::Json, 192, [&](ValueWriter &out) {
        out.beginObject();
        writeId(out, error.id);
        out.key("error").beginObject().member("code", numberOf(error.code)).member("message", error.message);
        out.endObject().endObject();
    });
}

} // namespace

std::vector<WireMessage> StatesDialect::encode(const ChainEvent &event, const StreamFilter *) const
{
    if (const auto *tip = std::get_if<TipChanged>(&event.body))
        return {blockUpdate(tip->tip)};
    if (const auto *network = std::get_if<NetworkChanged>(&event.body))
        return {networkUpdate(network->network)};
    return {};
}

std::vector<WireMessage> StatesDialect::encode(const StreamMetrics &metrics, const ChainSnapshot &at, std::int64_t) const
{
    return {{Channel::Metrics, true, typedMessage("metrics_update", 0, 256, [&](ValueWriter &out) {
                 out.beginObject().member("tps", toThousandth(metrics.txPerSecond));
                 out.key("fees").beginObject();
                 writeFeerate(out, "next_block", at.fees.nextBlock);
                 writeFeerate(out, "half_hour", at.fees.halfHour);
                 writeFeerate(out, "hour", at.fees.hour);
                 writeFeerate(out, "economy", at.fees.economy);
                 writeFeerate(out, "minimum", at.fees.minimum);
                 out.endObject().member("latency", toThousandth(metrics.eventLatencyMs)).member("peers", at.network.peers);
                 out.endObject();
             })}};
}

std::vector<WireMessage> StatesDialect::encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *,
                                               std::int64_t) const
{
    std::vector<WireMessage> messages;
    if (!snapshot.tip.isKnown())
        return messages;
    if (channels.contains(Channel::Tip))
        messages.push_back(blockUpdate(snapshot.tip));
    if (channels.contains(Channel::Network))
        messages.push_back(networkUpdate(snapshot.network));
    return messages;
}

tl::expected<ClientRequest, RequestError> StatesDialect::read(const MessageValue &message) const
{
    if (isTypedPing(message))
        return readTypedPing(message);
    auto id = readEcho(message, "id", Encoding::Json);
    if (!id)
        return tl::unexpected(std::move(id.error()));
    const MessageValue *method = message.member("method");
    if (!method || !method->text())
        return refuse("bad_message", "\"method\" is state_stream.subscribe or state_stream.unsubscribe", *id);

    ClientRequest request;
    if (*method->text() == "state_stream.subscribe")
        request.op = Op::Subscribe;
    else if (*method->text() == "state_stream.unsubscribe")
        request.op = Op::Unsubscribe;
    else
        return refuse("unknown_op", "there is no method \"" + shownWord(*method->text()) + '"', *id);
    const auto names = readNames(message, "params", *id);
    if (!names)
        return tl::unexpected(names.error());
    // A call has one answer, so one name that is wrong refuses the whole.
    for (const std::string &name : *names) {
        const auto stream = std::find_if(streams.begin(), streams.end(), [&](const Stream &s) { return s.name == name; });
        if (stream == streams.end()) {
            return refuse("unknown_channel",
                          name == "trading" ? "this server has no data for the stream trading"
                                            : "there is no stream \"" + shownWord(name) + '"',
                          *id, shownWord(name));
        }
        request.channels.insert(stream->channel);
    }
    request.id = std::move(*id);
    return request;
}

std::string StatesDialect::put(const Answer &answer) const
{
    return std::visit(Overloaded{
                          [](const Subscribed &a) { return result(a.request.id, a.channels); },
                          [](const Unsubscribed &a) { return result(a.request.id, a.channels); },
                          [](const Pong &a) { return typedPong(a.request); },
                          [](const RequestError &error) { return errorOf(error); },
                          [](const auto &) { return std::string(); },
                      },
                      answer);
}

} // namespace tipwatch
