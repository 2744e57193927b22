// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/error.h"
#include "shared/domain/mempool_summary.h"
#include "shared/domain/node_info.h"
#include "shared/domain/peer.h"
#include "shared/domain/transaction.h"

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The node's JSON as domain values; pure functions. Understands Bitcoin Core 0.21 to 31 and Knots. Unknown members are passed
/// over; a missing or oddly typed one is an Error that names the method and the field.
namespace tipwatch {

using JsonElement = simdjson::dom::element;

/// getblockchaininfo
struct ChainInfo {
    std::string network; ///< "main", "test", "testnet4", "signet", "regtest"
    Height blocks;
    Height headers;
    BlockHash bestBlock;
    double difficulty = 0;
    std::int64_t medianTime = 0;
    double verificationProgress = 0; ///< 0 to 1
    bool initialBlockDownload = false;
    std::string chainwork; ///< hex
    bool pruned = false;
    Height pruneHeight = unknownHeight; ///< lowest block that is still stored; unknown if not pruned
    std::vector<std::string> warnings;
};
Result<ChainInfo> parseBlockchainInfo(const JsonElement &answer);

/// getmempoolinfo
struct MempoolInfo {
    bool loaded = true; ///< false while mempool.dat is read after a start
    std::int64_t count = 0;
    VBytes vsize;
    std::int64_t usage = 0;           ///< bytes of memory
    std::int64_t maxUsage = 0;        ///< bytes of memory
    Feerate minFeerate;               ///< below this the node refuses: mempoolminfee or minrelaytxfee, the higher
    std::optional<Satoshi> totalFees; ///< since 22
};
Result<MempoolInfo> parseMempoolInfo(const JsonElement &answer);

/// getmempoolentry. Sets the flag SpendsMempool; value, inputs and outputs stay unknown.
Result<MempoolEntry> parseMempoolEntry(const TxId &txid, const JsonElement &answer);

/// getrawmempool false true; also the plain list of getrawmempool false, with sequence 0.
struct MempoolList {
    std::vector<TxId> txids;
    std::uint64_t sequence = 0; ///< the *next* mempool sequence number
};
Result<MempoolList> parseMempoolList(const JsonElement &answer);

/// getnetworkinfo and getnettotals
Result<NetworkInfo> parseNetworkInfo(const JsonElement &networkInfo, const JsonElement &netTotals);

/// getpeerinfo, in the node's order; without positions
Result<std::vector<Peer>> parsePeers(const JsonElement &answer);

/// estimatesmartfee; nothing while the node has no estimate
Result<std::optional<Feerate>> parseSmartFee(const JsonElement &answer);

/// getprioritisedtransactions (since Core 26): all deltas, also of transactions that are not in the mempool
Result<std::vector<FeeDelta>> parseFeeDeltas(const JsonElement &answer);

/// getmininginfo: blockmintxfee; nothing if the node does not tell it (before Core 30)
Result<std::optional<Feerate>> parseBlockMinFeerate(const JsonElement &answer);

/// getblockstats
struct BlockStats {
    BlockHash hash;
    Height height;
    Satoshi subsidy;
    Satoshi totalFees;
    std::optional<FeerateRange> feerateRange; ///< whole sat/vB, as the node rounds; absent in a block of the coinbase only
};
Result<BlockStats> parseBlockStats(const JsonElement &answer);

/// getblockheader, and what getblock has in common with it
struct BlockHeader {
    BlockHash hash;
    BlockHash previousHash; ///< null for the genesis block
    Height height;
    std::int64_t confirmations = 0; ///< -1: not in the active chain
    std::int64_t time = 0;
    std::int64_t medianTime = 0;
    std::uint32_t bits = 0;
    std::uint32_t version = 0;
    std::int32_t txCount = 0;
    std::string chainwork; ///< hex
};
Result<BlockHeader> parseBlockHeader(const JsonElement &answer);

/// getzmqnotifications
struct ZmqNotification {
    std::string topic;    ///< without "pub", e.g. "sequence"
    std::string endpoint; ///< as the node binds it; see zmqEndpointFor()
};
Result<std::vector<ZmqNotification>> parseZmqNotifications(const JsonElement &answer);

/// A hash as text: getbestblockhash, getblockhash.
Result<BlockHash> parseBlockHash(const JsonElement &answer, std::string_view method);

/// Hex text: getblock 0, getrawtransaction 0.
Result<std::vector<std::uint8_t>> parseRawBytes(const JsonElement &answer, std::string_view method);

/// BTC to satoshi, exactly: with at most eight decimals and up to 21 million coins. More decimals or more coins are an error.
Result<Satoshi> parseAmount(const JsonElement &number);

/// "Bitcoin Core 31.0.0" from version and subversion of getnetworkinfo ("/Satoshi:31.0.0/Knots:20260210/": "Bitcoin Knots 31.0.0
/// (20260210)").
std::string nodeVersionName(const NetworkInfo &network);

} // namespace tipwatch
