// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/encoder.h"

#include <cmath>

namespace tipwatch {

namespace {

template <class... Handlers> struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

/// Feerates are shown to a thousandth of a sat/vB at most; more digits only cost bytes.
double shown(Feerate feerate)
{
    return std::round(feerate.value * 1000) / 1000;
}

double shown(double rate)
{
    return std::round(rate * 1000) / 1000;
}

JsonWriter &height(JsonWriter &json, std::string_view name, Height value)
{
    json.key(name);
    return value == unknownHeight ? json.null() : json.value(value.value);
}

template <class Tag> JsonWriter &hash(JsonWriter &json, std::string_view name, const Hash256<Tag> &value)
{
    json.key(name);
    return value.isNull() ? json.null() : json.value(value);
}

/// 0 is how times say that they are not known.
JsonWriter &time(JsonWriter &json, std::string_view name, std::int64_t value)
{
    json.key(name);
    return value == 0 ? json.null() : json.value(value);
}

JsonWriter &text(JsonWriter &json, std::string_view name, const std::string &value)
{
    json.key(name);
    return value.empty() ? json.null() : json.value(value);
}

JsonWriter &feerate(JsonWriter &json, std::string_view name, const std::optional<Feerate> &value)
{
    json.key(name);
    return value ? json.value(shown(*value)) : json.null();
}

/// -1 is how counts and sums say that they are not known.
JsonWriter &count(JsonWriter &json, std::string_view name, std::int64_t value)
{
    json.key(name);
    return value < 0 ? json.null() : json.value(value);
}

template <class WriteData>
std::string envelope(std::string_view type, Channel channel, Position position, std::int64_t timestamp, WriteData writeData)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.member("type", type);
    json.member("channel", channelName(channel));
    json.member("seq", position.seq);
    json.member("timestamp", timestamp);
    json.key("data");
    writeData(json);
    json.endObject();
    return out;
}

void encodeDisconnected(JsonWriter &json, const BlockSummary &block)
{
    json.beginObject();
    json.member("height", block.height.value);
    json.member("hash", block.hash);
    json.endObject();
}

void encodeBranch(JsonWriter &json, std::string_view name, const std::vector<BlockPtr> &branch)
{
    json.key(name).beginArray();
    for (const BlockPtr &block : branch)
        encodeDisconnected(json, *block);
    json.endArray();
}

void encodeReorg(JsonWriter &json, const ChainReorganised &reorg)
{
    json.beginObject();
    json.member("depth", reorg.disconnected.size());
    json.member("fork", reorg.fork.value);
    encodeBranch(json, "disconnected", reorg.disconnected);
    encodeBranch(json, "connected", reorg.connected);
    json.endObject();
}

void encodeRemoved(JsonWriter &json, std::span<const TxId> txids, const TransactionsRemoved &removed)
{
    json.beginObject();
    if (txids.size() == 1) {
        json.member("txid", txids.front());
    } else {
        json.key("txids").beginArray();
        for (const TxId &txid : txids)
            json.value(txid);
        json.endArray();
    }
    json.member("reason", reasonName(removed.reason));
    if (removed.by)
        json.member("by", *removed.by);
    json.endObject();
}

std::vector<EncodedMessage> encodeSeen(const ChainEvent &event, const TransactionsSeen &seen)
{
    std::vector<EncodedMessage> messages;
    for (std::span rest(seen.entries); !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), maxTransactionsPerMessage));
        rest = rest.subspan(part.size());
        const auto write = [&](JsonWriter &json) {
            if (part.size() == 1)
                return encode(json, part.front());
            json.beginArray();
            for (const MempoolEntry &entry : part)
                encode(json, entry);
            json.endArray();
        };
        messages.push_back({Channel::Txs, envelope(part.size() == 1 ? "tx.seen" : "tx.batch", Channel::Txs, event.position,
                                                   event.timestamp, write)});
    }
    return messages;
}

std::vector<EncodedMessage> encodeRemovals(const ChainEvent &event, const TransactionsRemoved &removed)
{
    std::vector<EncodedMessage> messages;
    for (std::span rest(removed.txids); !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), maxTxidsPerMessage));
        rest = rest.subspan(part.size());
        messages.push_back({Channel::Txs, envelope("tx.removed", Channel::Txs, event.position, event.timestamp,
                                                   [&](JsonWriter &json) { encodeRemoved(json, part, removed); })});
    }
    return messages;
}

} // namespace

void encode(JsonWriter &json, const Tip &tip)
{
    json.beginObject();
    height(json, "height", tip.height);
    hash(json, "hash", tip.hash);
    hash(json, "previousHash", tip.previousHash);
    time(json, "time", tip.time);
    time(json, "receivedAt", tip.receivedAt);
    json.member("difficulty", tip.difficulty);
    text(json, "chainwork", tip.chainwork);
    height(json, "headers", tip.headers);
    json.member("initialBlockDownload", tip.initialBlockDownload);
    json.member("verificationProgress", tip.verificationProgress);
    height(json, "finalizedHeight", tip.finalizedHeight);
    time(json, "medianTime", tip.medianTime);
    json.endObject();
}

void encode(JsonWriter &json, const BlockSummary &block)
{
    json.beginObject();
    height(json, "height", block.height);
    json.member("hash", block.hash);
    hash(json, "previousHash", block.previousHash);
    json.member("time", block.time);
    time(json, "medianTime", block.medianTime);
    time(json, "receivedAt", block.receivedAt);
    json.member("version", block.version);
    json.member("bits", block.bits);
    count(json, "txCount", block.txCount);
    count(json, "size", block.size);
    count(json, "weight", block.weight.value);
    json.key("totalFees");
    block.totalFees ? json.value(block.totalFees->value) : json.null();
    json.member("subsidy", block.subsidy.value);
    feerate(json, "medianFeerate", block.medianFeerate());
    json.key("feerateRange");
    if (block.feerateRange) {
        json.beginArray();
        for (const Feerate point : *block.feerateRange)
            json.value(shown(point));
        json.endArray();
    } else {
        json.null();
    }
    text(json, "miner", block.miner);
    text(json, "coinbaseTag", block.coinbaseTag);
    text(json, "chainwork", block.chainwork);
    json.endObject();
}

void encode(JsonWriter &json, const MempoolEntry &entry)
{
    json.beginObject();
    json.member("txid", entry.txid);
    hash(json, "wtxid", entry.wtxid);
    json.member("fee", entry.fee.value);
    json.member("vsize", entry.vsize.value);
    json.member("weight", entry.weight.value);
    json.member("feerate", shown(entry.feerate()));
    count(json, "value", entry.value.value);
    count(json, "inputs", entry.inputs);
    count(json, "outputs", entry.outputs);
    json.key("flags").beginArray();
    for (const TxFlag flag : allTxFlags()) {
        if (entry.has(flag))
            json.value(flagName(flag));
    }
    json.endArray();
    if (!entry.replaces.empty()) {
        json.key("replaces").beginArray();
        for (const TxId &txid : entry.replaces)
            json.value(txid);
        json.endArray();
    }
    json.member("time", entry.time);
    json.endObject();
}

void encode(JsonWriter &json, const MempoolSummary &mempool)
{
    json.beginObject();
    json.member("count", mempool.count);
    json.member("undescribed", mempool.undescribed);
    json.member("vsize", mempool.vsize.value);
    json.member("usage", mempool.usage);
    time(json, "maxUsage", mempool.maxUsage);
    json.member("totalFees", mempool.totalFees.value);
    json.member("minFeerate", shown(mempool.minFeerate));
    json.member("bytesPerSecond", shown(mempool.bytesPerSecond));
    json.member("txPerSecond", shown(mempool.txPerSecond));
    json.key("histogram").beginArray();
    for (const FeerateBand &band : mempool.histogram)
        json.beginArray().value(band.from.value).value(band.vsize.value).endArray();
    json.endArray();
    json.member("exact", mempool.exact);
    json.member("resyncs", mempool.resyncs);
    json.endObject();
}

void encode(JsonWriter &json, const FeeEstimates &fees)
{
    json.beginObject();
    feerate(json, "nextBlock", fees.nextBlock);
    feerate(json, "halfHour", fees.halfHour);
    feerate(json, "hour", fees.hour);
    feerate(json, "economy", fees.economy);
    json.member("minimum", shown(fees.minimum));
    json.endObject();
}

void encode(JsonWriter &json, const NetworkInfo &network)
{
    json.beginObject();
    json.member("peers", network.peers);
    json.member("inbound", network.inbound);
    json.member("outbound", network.outbound);
    json.member("bytesIn", network.bytesIn);
    json.member("bytesOut", network.bytesOut);
    json.member("version", network.version);
    text(json, "subversion", network.subversion);
    json.key("warnings").beginArray();
    for (const std::string &warning : network.warnings)
        json.value(warning);
    json.endArray();
    json.endObject();
}

void encode(JsonWriter &json, const SourceStatus &status)
{
    json.beginObject();
    json.member("source", status.source);
    text(json, "network", status.network);
    text(json, "node", status.node);
    text(json, "version", status.version);
    json.member("state", stateName(status.state));
    text(json, "reason", status.reason);
    json.key("progress");
    status.state == SourceState::Syncing ? json.value(shown(status.progress)) : json.null();
    json.member("feed", feedName(status.feed));
    json.member("exact", status.exact);
    json.member("resyncs", status.resyncs);
    json.member("simulated", status.simulated);
    json.member("pruned", status.pruned);
    time(json, "since", status.since);
    json.endObject();
}

void encode(JsonWriter &json, const MempoolTxids &txids)
{
    json.beginObject();
    json.member("position", txids.position.toText());
    json.key("mempoolSequence");
    txids.mempoolSequence == 0 ? json.null() : json.value(txids.mempoolSequence);
    json.member("exact", txids.exact);
    json.key("txids").beginArray();
    for (const TxId &txid : txids.txids)
        json.value(txid);
    json.endArray();
    json.endObject();
}

std::vector<EncodedMessage> encodeEvent(const ChainEvent &event)
{
    const auto one = [&](std::string_view type, Channel channel, auto writeData) {
        std::vector<EncodedMessage> messages;
        messages.push_back({channel, envelope(type, channel, event.position, event.timestamp, writeData)});
        return messages;
    };
    const auto whole = [&](std::string_view type, Channel channel, const auto &value) {
        return one(type, channel, [&](JsonWriter &json) { encode(json, value); });
    };
    return std::visit(Overloaded{
                          [&](const TipChanged &e) { return whole("tip.update", Channel::Tip, e.tip); },
                          [&](const BlockConnected &e) { return whole("block.mined", Channel::Blocks, *e.block); },
                          [&](const BlockUpdated &e) { return whole("block.updated", Channel::Blocks, *e.block); },
                          [&](const BlockDisconnected &e) {
                              return one("block.disconnected", Channel::Blocks,
                                         [&](JsonWriter &json) { encodeDisconnected(json, *e.block); });
                          },
                          [&](const ChainReorganised &e) {
                              return one("chain.reorg", Channel::Blocks, [&](JsonWriter &json) { encodeReorg(json, e); });
                          },
                          [&](const TransactionsSeen &e) { return encodeSeen(event, e); },
                          [&](const TransactionsRemoved &e) { return encodeRemovals(event, e); },
                          [&](const MempoolChanged &e) { return whole("mempool.update", Channel::Mempool, e.summary); },
                          [&](const FeesChanged &e) { return whole("fees.update", Channel::Fees, e.fees); },
                          [&](const NetworkChanged &e) { return whole("network.update", Channel::Network, e.network); },
                          [&](const PeersChanged &) { return std::vector<EncodedMessage>(); },
                          [&](const SourceStatusChanged &e) { return whole("status.update", Channel::Status, e.status); },
                      },
                      event.body);
}

std::optional<std::string> encodeState(Channel channel, const ChainSnapshot &snapshot, std::int64_t timestamp)
{
    const auto message = [&](std::string_view type, const auto &value) {
        return envelope(type, channel, snapshot.position, timestamp, [&](JsonWriter &json) { encode(json, value); });
    };
    switch (channel) {
    case Channel::Tip:
        return message("tip.update", snapshot.tip);
    case Channel::Mempool:
        return message("mempool.update", snapshot.mempool);
    case Channel::Fees:
        return message("fees.update", snapshot.fees);
    case Channel::Network:
        return message("network.update", snapshot.network);
    case Channel::Status:
        return message("status.update", snapshot.status);
    case Channel::Blocks:
    case Channel::Txs:
    case Channel::Nodes:
    case Channel::Metrics:
        break;
    }
    return std::nullopt;
}

} // namespace tipwatch
