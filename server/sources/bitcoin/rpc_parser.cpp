// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_parser.h"

#include "server/sources/bitcoin/json_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tipwatch {

using simdjson::SUCCESS;

namespace {

constexpr std::int64_t maxInt32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t maxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr double coin = 100'000'000;
constexpr double maxCoins = 21'000'000;

template <class T> Result<T> resultOf(const JsonFields &fields, T value)
{
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    return value;
}

template <class T> Result<T> resultOf(const JsonFields &outer, const JsonFields &inner, T value)
{
    if (inner.hasFailed() && !outer.hasFailed())
        return tl::unexpected(inner.error());
    return resultOf(outer, std::move(value));
}

std::uint32_t compactBits(JsonFields &fields)
{
    const std::string hex = fields.text("bits");
    std::uint32_t bits = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), bits, 16);
    if (hex.size() != 8 || error != std::errc() || end != hex.data() + hex.size())
        fields.wrong("bits", "8 hex digits");
    return bits;
}

BlockHeader headerOf(JsonFields &fields)
{
    BlockHeader header;
    header.hash = fields.hash<BlockHash>("hash");
    if (fields.has("previousblockhash"))
        header.previousHash = fields.hash<BlockHash>("previousblockhash");
    header.height = fields.height("height");
    header.confirmations = fields.integer("confirmations");
    header.time = fields.integer("time", 0);
    header.medianTime = fields.integer("mediantime", 0);
    header.bits = compactBits(fields);
    header.version = static_cast<std::uint32_t>(fields.integer("version")); // signed in JSON
    header.txCount = static_cast<std::int32_t>(fields.integer("nTx", 0, maxInt32));
    header.chainwork = fields.text("chainwork");
    return header;
}

FeerateRange feerateRange(JsonFields &fields)
{
    FeerateRange range;
    range.front() = Feerate(fields.number("minfeerate"));
    range.back() = Feerate(fields.number("maxfeerate"));
    const auto percentiles = fields.array("feerate_percentiles"); // 10, 25, 50, 75 and 90
    std::size_t at = 1;
    if (percentiles && percentiles->size() + 2 == range.size()) {
        for (double value = 0; const auto item : *percentiles) {
            if (item.get(value) == SUCCESS)
                range[at++] = Feerate(value);
        }
    }
    if (at + 1 != range.size())
        fields.wrong("feerate_percentiles", "a list of five numbers");
    return range;
}

/// For nodes that do not tell it (Core before 0.21).
std::string networkOf(std::string_view address)
{
    const std::string_view host = address.substr(0, address.rfind(':'));
    return host.ends_with(".onion") ? "onion" : host.ends_with(".i2p") ? "i2p" : host.starts_with('[') ? "ipv6" : "ipv4";
}

Peer peerOf(JsonFields &fields)
{
    constexpr double msPerSecond = 1000;
    Peer peer;
    peer.id = fields.integer("id", 0);
    peer.address = fields.text("addr");
    peer.network = fields.has("network") ? fields.text("network") : networkOf(peer.address);
    peer.inbound = fields.boolean("inbound");
    peer.connectedAt = fields.integer("conntime", 0);
    peer.bytesIn = fields.integer("bytesrecv", 0);
    peer.bytesOut = fields.integer("bytessent", 0);
    if (fields.has("subver")) // not before the handshake is over
        peer.subversion = fields.text("subver");
    if (fields.has("connection_type")) // since Core 0.21
        peer.connectionType = fields.text("connection_type");
    if (fields.has("pingtime"))
        peer.pingMs = fields.number("pingtime") * msPerSecond;
    if (fields.has("synced_blocks"))
        peer.syncedBlocks = Height(static_cast<std::int32_t>(fields.integer("synced_blocks", -1, maxInt32)));
    return peer;
}

/// prioritisetransaction takes any number, also one that is more than all the money.
Satoshi modifiedFee(JsonFields &fields, const char *name)
{
    const double coins = fields.number(name);
    if (std::abs(coins) <= maxCoins)
        return fields.amount(name);
    constexpr double most = 9e18; // below 2^63
    return Satoshi(static_cast<std::int64_t>(std::clamp(coins * coin, -most, most)));
}

} // namespace

Result<Satoshi> parseAmount(const JsonElement &number)
{
    // Exact although it passes through a double: for a whole number of satoshi n up to 21e14 the nearest double to n / 1e8, times 1e8, is off by
    // less than n * 2^-52 < 0.47, so rounding finds n again. And n / 1e8, correctly rounded by IEEE 754, is that same nearest double, so
    // any text that does not stand for n (more than eight decimals) is told apart, as far as a double can hold the difference.
    double coins = 0;
    if (number.get(coins) != SUCCESS)
        return failure("an amount");
    if (!(std::abs(coins) <= maxCoins))
        return failure("an amount of at most 21 million coins");
    const auto satoshi = static_cast<std::int64_t>(std::llround(coins * coin));
    if (static_cast<double>(satoshi) / coin != coins)
        return failure("an amount with at most eight decimals");
    return Satoshi(satoshi);
}

Result<ChainInfo> parseBlockchainInfo(const JsonElement &answer)
{
    JsonFields fields(answer, "getblockchaininfo");
    ChainInfo info;
    info.network = fields.text("chain");
    info.blocks = fields.height("blocks");
    info.headers = Height(static_cast<std::int32_t>(fields.integer("headers", -1, maxInt32)));
    info.bestBlock = fields.hash<BlockHash>("bestblockhash");
    info.difficulty = fields.number("difficulty");
    info.medianTime = fields.integer("mediantime", 0);
    info.verificationProgress = std::clamp(fields.number("verificationprogress"), 0.0, 1.0);
    info.initialBlockDownload = fields.boolean("initialblockdownload");
    info.chainwork = fields.text("chainwork");
    info.pruned = fields.boolean("pruned");
    if (fields.has("pruneheight"))
        info.pruneHeight = fields.height("pruneheight");
    info.warnings = fields.texts("warnings");
    return resultOf(fields, std::move(info));
}

Result<MempoolInfo> parseMempoolInfo(const JsonElement &answer)
{
    JsonFields fields(answer, "getmempoolinfo");
    MempoolInfo info;
    if (fields.has("loaded"))
        info.loaded = fields.boolean("loaded");
    info.count = fields.integer("size", 0);
    info.vsize = VBytes(fields.integer("bytes", 0));
    info.usage = fields.integer("usage", 0);
    info.maxUsage = fields.integer("maxmempool", 0);
    info.minFeerate = std::max(fields.feerate("mempoolminfee"), fields.feerate("minrelaytxfee"));
    if (fields.has("total_fee"))
        info.totalFees = fields.amount("total_fee");
    return resultOf(fields, std::move(info));
}

Result<MempoolEntry> parseMempoolEntry(const TxId &txid, const JsonElement &answer)
{
    constexpr std::string_view method = "getmempoolentry";
    JsonFields fields(answer, method);
    MempoolEntry entry;
    entry.txid = txid;
    entry.wtxid = fields.hash<WtxId>("wtxid");
    entry.vsize = VBytes(fields.integer("vsize", 1));
    entry.weight = Weight(fields.integer("weight", 1));
    entry.time = fields.integer("time", 0);
    entry.parents = fields.hashes<TxId>("depends");
    if (fields.has("spentby")) // since Core 0.17; needed for what comes back in a reorg only
        entry.children = fields.hashes<TxId>("spentby");
    if (!entry.parents.empty())
        entry.set(TxFlag::SpendsMempool);
    if (fields.has("fee") && !fields.has("fees")) {
        entry.fee = fields.amount("fee");
        entry.modifiedFee = modifiedFee(fields, "modifiedfee");
        return resultOf(fields, std::move(entry));
    }
    JsonFields fees(fields.element("fees").value_or(answer), method);
    entry.fee = fees.amount("base");
    entry.modifiedFee = modifiedFee(fees, "modified");
    return resultOf(fields, fees, std::move(entry));
}

Result<MempoolList> parseMempoolList(const JsonElement &answer)
{
    constexpr std::string_view method = "getrawmempool";
    MempoolList list;
    simdjson::dom::array plain;
    if (answer.get(plain) != SUCCESS) {
        JsonFields fields(answer, method);
        list.txids = fields.hashes<TxId>("txids");
        list.sequence = static_cast<std::uint64_t>(fields.integer("mempool_sequence", 0, maxInt64));
        return resultOf(fields, std::move(list));
    }
    list.txids.reserve(plain.size());
    for (const auto item : plain) {
        std::string_view hex;
        const auto txid = item.get(hex) == SUCCESS ? TxId::fromHex(hex) : std::nullopt;
        if (!txid)
            return failure("getrawmempool: the answer should be a list of txids");
        list.txids.push_back(*txid);
    }
    return list;
}

Result<NetworkInfo> parseNetworkInfo(const JsonElement &networkInfo, const JsonElement &netTotals)
{
    JsonFields fields(networkInfo, "getnetworkinfo");
    JsonFields totals(netTotals, "getnettotals");
    NetworkInfo info;
    info.peers = static_cast<std::int32_t>(fields.integer("connections", 0, maxInt32));
    info.inbound = static_cast<std::int32_t>(fields.integer("connections_in", 0, maxInt32));
    info.outbound = static_cast<std::int32_t>(fields.integer("connections_out", 0, maxInt32));
    info.bytesIn = totals.integer("totalbytesrecv", 0);
    info.bytesOut = totals.integer("totalbytessent", 0);
    info.version = static_cast<std::int32_t>(fields.integer("version", 0, maxInt32));
    info.subversion = fields.text("subversion");
    info.warnings = fields.texts("warnings");
    return resultOf(fields, totals, std::move(info));
}

Result<std::vector<Peer>> parsePeers(const JsonElement &answer)
{
    simdjson::dom::array list;
    if (answer.get(list) != SUCCESS)
        return failure("getpeerinfo: the answer is not a list");
    std::vector<Peer> peers;
    peers.reserve(list.size());
    for (const auto item : list) {
        JsonFields fields(item, "getpeerinfo");
        Peer peer = peerOf(fields);
        if (fields.hasFailed())
            return tl::unexpected(fields.error());
        peers.push_back(std::move(peer));
    }
    return peers;
}

Result<std::optional<Feerate>> parseSmartFee(const JsonElement &answer)
{
    JsonFields fields(answer, "estimatesmartfee");
    std::optional<Feerate> feerate;
    if (fields.has("feerate") || !fields.has("errors"))
        feerate = fields.feerate("feerate");
    return resultOf(fields, feerate);
}

Result<BlockStats> parseBlockStats(const JsonElement &answer)
{
    JsonFields fields(answer, "getblockstats");
    BlockStats stats;
    stats.hash = fields.hash<BlockHash>("blockhash");
    stats.height = fields.height("height");
    stats.subsidy = Satoshi(fields.integer("subsidy", 0));
    stats.totalFees = Satoshi(fields.integer("totalfee", 0));
    const std::int64_t transactions = fields.integer("txs", 1);
    const FeerateRange range = feerateRange(fields);
    if (transactions > 1)
        stats.feerateRange = range;
    return resultOf(fields, std::move(stats));
}

Result<BlockHeader> parseBlockHeader(const JsonElement &answer)
{
    JsonFields fields(answer, "getblockheader");
    BlockHeader header = headerOf(fields);
    return resultOf(fields, std::move(header));
}

Result<std::vector<ZmqNotification>> parseZmqNotifications(const JsonElement &answer)
{
    constexpr std::string_view method = "getzmqnotifications", prefix = "pub";
    simdjson::dom::array list;
    if (answer.get(list) != SUCCESS)
        return failure("getzmqnotifications: the answer is not a list");
    std::vector<ZmqNotification> all;
    for (const auto item : list) {
        JsonFields fields(item, method);
        ZmqNotification notification{fields.text("type"), fields.text("address")};
        if (fields.hasFailed())
            return tl::unexpected(fields.error());
        if (notification.topic.starts_with(prefix))
            notification.topic.erase(0, prefix.size());
        all.push_back(std::move(notification));
    }
    return all;
}

Result<std::vector<FeeDelta>> parseFeeDeltas(const JsonElement &answer)
{
    constexpr std::string_view method = "getprioritisedtransactions";
    simdjson::dom::object all;
    if (answer.get(all) != SUCCESS)
        return failure(std::string(method) + ": the answer should be an object");
    std::vector<FeeDelta> deltas;
    for (const auto &[name, value] : all) {
        const auto txid = TxId::fromHex(name);
        if (!txid)
            return failure(std::string(method) + ": a member should be named by a txid");
        JsonFields fields(value, method);
        const Satoshi delta(fields.integer("fee_delta"));
        if (fields.hasFailed())
            return tl::unexpected(fields.error());
        deltas.push_back({*txid, delta});
    }
    return deltas;
}

Result<std::optional<Feerate>> parseBlockMinFeerate(const JsonElement &answer)
{
    JsonFields fields(answer, "getmininginfo");
    std::optional<Feerate> feerate;
    if (fields.has("blockmintxfee"))
        feerate = fields.feerate("blockmintxfee");
    return resultOf(fields, std::move(feerate));
}

Result<BlockHash> parseBlockHash(const JsonElement &answer, std::string_view method)
{
    std::string_view hex;
    const auto hash = answer.get(hex) == SUCCESS ? BlockHash::fromHex(hex) : std::nullopt;
    if (!hash)
        return failure(std::string(method) + ": the answer should be a hash of 64 hex digits");
    return *hash;
}

Result<std::vector<std::uint8_t>> parseRawBytes(const JsonElement &answer, std::string_view method)
{
    const auto nibble = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string_view hex;
    if (answer.get(hex) != SUCCESS || hex.size() % 2 != 0)
        return failure(std::string(method) + ": the answer should be pairs of hex digits");
    std::vector<std::uint8_t> bytes(hex.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return failure(std::string(method) + ": no hex digit at " + std::to_string(2 * i));
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return bytes;
}

std::string nodeVersionName(const NetworkInfo &network)
{
    // "/Satoshi:31.0.0/", "/Satoshi:31.0.0(comment)/", "/Satoshi:29.1.0/Knots:20250903/"
    const auto versionAfter = [&](std::string_view label) -> std::optional<std::string> {
        const std::size_t at = network.subversion.find(label);
        if (at == std::string::npos)
            return std::nullopt;
        const std::size_t begin = at + label.size();
        return network.subversion.substr(begin, network.subversion.find_first_of("/(", begin) - begin);
    };
    const auto satoshi = versionAfter("/Satoshi:");
    const auto knots = versionAfter("/Knots:");
    if (satoshi && knots)
        return "Bitcoin Knots " + *satoshi + " (" + *knots + ")";
    if (satoshi)
        return "Bitcoin Core " + *satoshi;
    return network.subversion;
}

} // namespace tipwatch
