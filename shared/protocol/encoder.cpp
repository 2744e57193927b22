// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/encoder.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

double shown(Feerate feerate)
{
    return toThousandth(feerate.value);
}

double shown(double value)
{
    return toThousandth(value);
}

ValueWriter &height(ValueWriter &out, std::string_view name, Height value)
{
    out.key(name);
    return value == unknownHeight ? out.null() : out.value(value.value);
}

template <class Tag> ValueWriter &hash(ValueWriter &out, std::string_view name, const Hash256<Tag> &value)
{
    out.key(name);
    return value.isNull() ? out.null() : out.value(value);
}

/// 0 is how times say that they are not known.
ValueWriter &time(ValueWriter &out, std::string_view name, std::int64_t value)
{
    out.key(name);
    return value == 0 ? out.null() : out.value(value);
}

ValueWriter &text(ValueWriter &out, std::string_view name, const std::string &value)
{
    out.key(name);
    return value.empty() ? out.null() : out.value(value);
}

ValueWriter &feerate(ValueWriter &out, std::string_view name, const std::optional<Feerate> &value)
{
    out.key(name);
    return value ? out.value(shown(*value)) : out.null();
}

template <class Number> ValueWriter &known(ValueWriter &out, std::string_view name, const std::optional<Number> &value)
{
    out.key(name);
    return value ? out.value(*value) : out.null();
}

/// -1 is how counts and sums say that they are not known.
ValueWriter &count(ValueWriter &out, std::string_view name, std::int64_t value)
{
    out.key(name);
    return value < 0 ? out.null() : out.value(value);
}

/// -1 is how what is measured says that it was not.
ValueWriter &measured(ValueWriter &out, std::string_view name, double value)
{
    out.key(name);
    return value < 0 ? out.null() : out.value(shown(value));
}

ValueWriter &position(ValueWriter &out, const std::optional<GeoPosition> &value)
{
    out.key("position");
    if (!value)
        return out.null();
    out.beginObject().member("latitude", value->latitude).member("longitude", value->longitude);
    return out.endObject();
}

void encodeRange(ValueWriter &out, const FeerateRange &range)
{
    out.key("feerateRange").beginArray();
    for (const Feerate point : range)
        out.value(shown(point));
    out.endArray();
}

void encodeTxids(ValueWriter &out, std::string_view name, std::span<const TxId> txids)
{
    out.key(name).beginArray();
    for (const TxId &txid : txids)
        out.value(txid);
    out.endArray();
}

void encodeMatch(ValueWriter &out, const std::optional<BlockMatch> &match)
{
    if (!match) {
        for (const char *name : {"matchRate", "missing", "unexpected", "audit"})
            out.key(name).null();
        return;
    }
    out.member("matchRate", shown(match->rate));
    encodeTxids(out, "missing", match->firstMissing);
    encodeTxids(out, "unexpected", match->firstUnexpected);
    out.key("audit").beginObject();
    encodeCounts(out, *match);
    out.endObject();
}

void encodeFallenOut(ValueWriter &out, const ChainReorganised &reorg)
{
    out.key("fellOut");
    if (!reorg.fellOut) {
        out.null();
        return;
    }
    const std::span<const TxId> all(*reorg.fellOut);
    out.beginObject().member("count", all.size()).member("returned", reorg.returned);
    encodeTxids(out, "txids", all.first(std::min(all.size(), maxFallenOutPerMessage)));
    out.endObject();
}

void encodeBranch(ValueWriter &out, std::string_view name, const std::vector<BlockPtr> &branch)
{
    out.key(name).beginArray();
    for (const BlockPtr &block : branch)
        encodeReference(out, *block);
    out.endArray();
}

/// The members of @p now that are not as in @p before; all of them if there is none.
void encodeMembers(ValueWriter &out, const Peer *before, const Peer &now)
{
    const auto differs = [&](auto member) { return !before || before->*member != now.*member; };
    out.member("id", now.id);
    if (differs(&Peer::address))
        text(out, "address", now.address);
    if (differs(&Peer::network))
        text(out, "network", now.network);
    if (differs(&Peer::subversion))
        text(out, "subversion", now.subversion);
    if (differs(&Peer::connectionType))
        text(out, "connectionType", now.connectionType);
    if (differs(&Peer::inbound))
        out.member("inbound", now.inbound);
    if (differs(&Peer::connectedAt))
        time(out, "connectedAt", now.connectedAt);
    if (differs(&Peer::bytesIn))
        out.member("bytesIn", now.bytesIn);
    if (differs(&Peer::bytesOut))
        out.member("bytesOut", now.bytesOut);
    if (differs(&Peer::pingMs))
        measured(out, "pingMs", now.pingMs);
    if (differs(&Peer::syncedBlocks))
        height(out, "syncedBlocks", now.syncedBlocks);
    if (differs(&Peer::position))
        position(out, now.position);
}

} // namespace

double toThousandth(double value)
{
    return std::round(value * 1000) / 1000;
}

void encode(ValueWriter &out, const Tip &tip)
{
    out.beginObject();
    height(out, "height", tip.height);
    hash(out, "hash", tip.hash);
    hash(out, "previousHash", tip.previousHash);
    time(out, "time", tip.time);
    time(out, "receivedAt", tip.receivedAt);
    out.member("difficulty", tip.difficulty);
    text(out, "chainwork", tip.chainwork);
    height(out, "headers", tip.headers);
    out.member("initialBlockDownload", tip.initialBlockDownload);
    out.member("verificationProgress", tip.verificationProgress);
    height(out, "finalizedHeight", tip.finalizedHeight);
    time(out, "medianTime", tip.medianTime);
    out.endObject();
}

void encode(ValueWriter &out, const BlockSummary &block)
{
    out.beginObject();
    encodeMembers(out, block);
    out.endObject();
}

void encodeCounts(ValueWriter &out, const BlockMatch &match)
{
    out.member("expected", match.expected).member("missing", match.missing).member("fresh", match.fresh);
    out.member("displaced", match.displaced).member("unexpected", match.unexpected).member("unseen", match.unseen);
    out.member("prioritised", match.prioritised);
}

void encodeMembers(ValueWriter &out, const BlockSummary &block)
{
    height(out, "height", block.height);
    out.member("hash", block.hash);
    hash(out, "previousHash", block.previousHash);
    out.member("time", block.time);
    time(out, "medianTime", block.medianTime);
    time(out, "receivedAt", block.receivedAt);
    out.member("version", block.version);
    out.member("bits", block.bits);
    count(out, "txCount", block.txCount);
    count(out, "size", block.size);
    count(out, "weight", block.weight.value);
    out.key("totalFees");
    block.totalFees ? out.value(block.totalFees->value) : out.null();
    out.member("subsidy", block.subsidy.value);
    feerate(out, "medianFeerate", block.medianFeerate());
    if (block.feerateRange)
        encodeRange(out, *block.feerateRange);
    else
        out.key("feerateRange").null();
    text(out, "miner", block.miner);
    text(out, "coinbaseTag", block.coinbaseTag);
    text(out, "chainwork", block.chainwork);
    encodeMatch(out, block.match);
}

void encode(ValueWriter &out, const MempoolEntry &entry)
{
    out.beginObject();
    out.member("txid", entry.txid);
    hash(out, "wtxid", entry.wtxid);
    out.member("fee", entry.fee.value);
    out.member("vsize", entry.vsize.value);
    out.member("weight", entry.weight.value);
    out.member("feerate", shown(entry.feerate()));
    count(out, "value", entry.value.value);
    count(out, "inputs", entry.inputs);
    count(out, "outputs", entry.outputs);
    out.key("flags").beginArray();
    for (const TxFlag flag : allTxFlags()) {
        if (entry.has(flag))
            out.value(flagName(flag));
    }
    out.endArray();
    if (!entry.replaces.empty()) {
        out.key("replaces").beginArray();
        for (const TxId &txid : entry.replaces)
            out.value(txid);
        out.endArray();
    }
    out.member("time", entry.time);
    out.endObject();
}

void encode(ValueWriter &out, const MempoolSummary &mempool)
{
    out.beginObject();
    out.member("count", mempool.count);
    out.member("undescribed", mempool.undescribed);
    out.member("vsize", mempool.vsize.value);
    out.member("usage", mempool.usage);
    time(out, "maxUsage", mempool.maxUsage);
    out.member("totalFees", mempool.totalFees.value);
    out.member("minFeerate", shown(mempool.minFeerate));
    out.member("bytesPerSecond", shown(mempool.bytesPerSecond));
    out.member("txPerSecond", shown(mempool.txPerSecond));
    out.key("histogram").beginArray();
    for (const FeerateBand &band : mempool.histogram)
        out.beginArray().value(band.from.value).value(band.vsize.value).endArray();
    out.endArray();
    out.member("exact", mempool.exact);
    out.member("resyncs", mempool.resyncs);
    out.endObject();
}

void encode(ValueWriter &out, const ProjectedBlocks &projection)
{
    const auto add = [&](std::size_t index, const ProjectedBlock &block, bool isRest) {
        out.beginObject();
        out.member("index", index);
        out.member("count", block.count);
        out.member("vsize", block.vsize.value);
        out.member("weight", block.weight.value);
        out.member("totalFees", block.totalFees.value);
        out.member("medianFeerate", shown(block.medianFeerate()));
        encodeRange(out, block.feerateRange);
        if (isRest)
            out.member("rest", true);
        out.endObject();
    };
    out.beginArray();
    for (std::size_t index = 0; index < projection.blocks.size(); ++index)
        add(index, projection.blocks[index], false);
    if (projection.rest.count > 0)
        add(projection.blocks.size(), projection.rest, true);
    out.endArray();
}

void encode(ValueWriter &out, const ProjectedTransaction &transaction)
{
    out.beginObject();
    out.member("txid", transaction.txid);
    out.member("vsize", transaction.vsize.value);
    out.member("fee", transaction.fee.value);
    out.member("feerate", shown(transaction.feerate));
    out.endObject();
}

void encode(ValueWriter &out, const DifficultyProgress &difficulty)
{
    const auto thousandths = [](const std::optional<double> &value) {
        return value ? std::optional(toThousandth(*value)) : std::nullopt;
    };
    const auto periodic = [&](auto value) { return difficulty.retargets ? std::optional(value) : std::nullopt; };
    out.beginObject();
    height(out, "height", difficulty.height);
    out.member("difficulty", difficulty.difficulty);
    out.member("retargets", difficulty.retargets);
    height(out, "periodStart", difficulty.periodStart);
    height(out, "retargetHeight", difficulty.retargetHeight);
    known(out, "blocksLeft", periodic(difficulty.blocksLeft));
    known(out, "progress", thousandths(periodic(difficulty.progress)));
    known(out, "averageBlockTime", thousandths(difficulty.averageBlockTime));
    known(out, "estimatedChange", thousandths(difficulty.estimatedChange));
    known(out, "retargetTime", difficulty.retargetTime);
    known(out, "previousChange", thousandths(difficulty.previousChange));
    out.key("halving").beginObject();
    const bool halves = difficulty.halvingHeight != unknownHeight;
    height(out, "height", difficulty.halvingHeight);
    known(out, "blocksLeft", halves ? std::optional(difficulty.halvingBlocksLeft) : std::nullopt);
    known(out, "time", difficulty.halvingTime);
    out.member("subsidy", difficulty.subsidy.value);
    out.member("subsidyAfter", difficulty.subsidyAfter.value);
    out.endObject().endObject();
}

void encode(ValueWriter &out, const FeeEstimates &fees)
{
    const auto tiers = [&](const auto &of) {
        feerate(out, "nextBlock", of.nextBlock);
        feerate(out, "halfHour", of.halfHour);
        feerate(out, "hour", of.hour);
        feerate(out, "economy", of.economy);
    };
    out.beginObject();
    tiers(fees);
    feerate(out, "minimum", fees.minimum.value > 0 ? std::optional(fees.minimum) : std::nullopt);
    out.key("node").beginObject();
    tiers(fees.node);
    out.endObject().endObject();
}

void encode(ValueWriter &out, const NetworkInfo &network)
{
    out.beginObject();
    out.member("peers", network.peers);
    out.member("inbound", network.inbound);
    out.member("outbound", network.outbound);
    out.member("bytesIn", network.bytesIn);
    out.member("bytesOut", network.bytesOut);
    out.member("version", network.version);
    text(out, "subversion", network.subversion);
    out.key("warnings").beginArray();
    for (const std::string &warning : network.warnings)
        out.value(warning);
    out.endArray();
    out.endObject();
}

void encode(ValueWriter &out, const Peer &peer)
{
    out.beginObject();
    encodeMembers(out, nullptr, peer);
    out.endObject();
}

void encodeChange(ValueWriter &out, const Peer &before, const Peer &now)
{
    out.beginObject();
    encodeMembers(out, &before, now);
    out.endObject();
}

void encode(ValueWriter &out, const StreamMetrics &metrics)
{
    out.beginObject();
    out.member("txPerSecond", shown(metrics.txPerSecond));
    measured(out, "blockInterval", metrics.blockInterval);
    out.member("eventLatencyMs", shown(metrics.eventLatencyMs));
    out.member("clients", metrics.clients);
    out.member("messagesPerSecond", shown(metrics.messagesPerSecond));
    out.member("bytesPerSecond", shown(metrics.bytesPerSecond));
    out.member("usage", metrics.usage);
    out.endObject();
}

void encode(ValueWriter &out, const SourceStatus &status)
{
    out.beginObject();
    out.member("source", status.source);
    text(out, "network", status.network);
    text(out, "node", status.node);
    text(out, "version", status.version);
    out.member("state", stateName(status.state));
    text(out, "reason", status.reason);
    out.key("progress");
    status.state == SourceState::Syncing ? out.value(shown(status.progress)) : out.null();
    out.member("feed", feedName(status.feed));
    out.member("exact", status.exact);
    out.member("resyncs", status.resyncs);
    out.member("simulated", status.simulated);
    out.member("pruned", status.pruned);
    time(out, "since", status.since);
    out.endObject();
}

void encode(ValueWriter &out, const MempoolTxids &txids)
{
    out.beginObject();
    out.member("position", txids.position.toText());
    out.key("mempoolSequence");
    txids.mempoolSequence == 0 ? out.null() : out.value(txids.mempoolSequence);
    out.member("exact", txids.exact);
    out.key("txids").beginArray();
    for (const TxId &txid : txids.txids)
        out.value(txid);
    out.endArray();
    out.endObject();
}

void encodeReference(ValueWriter &out, const BlockSummary &block)
{
    out.beginObject();
    out.member("height", block.height.value);
    out.member("hash", block.hash);
    out.endObject();
}

void encode(ValueWriter &out, const ChainReorganised &reorg)
{
    out.beginObject();
    out.member("depth", reorg.depth);
    out.member("fork", reorg.fork.value);
    encodeBranch(out, "disconnected", reorg.disconnected);
    encodeBranch(out, "connected", reorg.connected);
    encodeFallenOut(out, reorg);
    out.endObject();
}

void encodeRemoved(ValueWriter &out, std::span<const TxId> txids, const TransactionsRemoved &removed)
{
    out.beginObject();
    if (txids.size() == 1) {
        out.member("txid", txids.front());
    } else {
        out.key("txids").beginArray();
        for (const TxId &txid : txids)
            out.value(txid);
        out.endArray();
    }
    out.member("reason", reasonName(removed.reason));
    if (removed.by)
        out.member("by", *removed.by);
    out.endObject();
}

} // namespace tipwatch
