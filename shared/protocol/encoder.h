// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/json_writer.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"

#include <span>
#include <string>

namespace tipwatch {

/// Feerates, rates and times that are measured are told to a thousandth; more digits only cost bytes.
double toThousandth(double value);

/// The canonical form of every value, in whatever encoding. REST answers and stream messages both come from here, so they cannot differ.
/// Amounts are satoshi, feerates sat/vB, sizes bytes; what is unknown is null.
void encode(ValueWriter &out, const Tip &tip);
void encode(ValueWriter &out, const BlockSummary &block);
void encode(ValueWriter &out, const MempoolEntry &entry);
void encode(ValueWriter &out, const MempoolSummary &mempool);
void encode(ValueWriter &out, const ProjectedBlocks &projection);
void encode(ValueWriter &out, const ProjectedTransaction &transaction);
void encode(ValueWriter &out, const FeeEstimates &fees);
void encode(ValueWriter &out, const DifficultyProgress &difficulty);
void encode(ValueWriter &out, const NetworkInfo &network);
void encode(ValueWriter &out, const Peer &peer);
void encode(ValueWriter &out, const StreamMetrics &metrics);
void encode(ValueWriter &out, const SourceStatus &status);
void encode(ValueWriter &out, const MempoolTxids &txids);

/// What encode(BlockSummary) puts between the braces.
void encodeMembers(ValueWriter &out, const BlockSummary &block);
/// How many transactions were expected, missing, …, as members.
void encodeCounts(ValueWriter &out, const BlockMatch &match);
/// No more of a block than which one it is.
void encodeReference(ValueWriter &out, const BlockSummary &block);
void encode(ValueWriter &out, const ChainReorganised &reorg);
/// Transactions that left for one reason; @p txids is a part of them, not empty.
void encodeRemoved(ValueWriter &out, std::span<const TxId> txids, const TransactionsRemoved &removed);
/// The id and what is not as it was.
void encodeChange(ValueWriter &out, const Peer &before, const Peer &now);

template <class T> std::string toJson(const T &value)
{
    std::string out;
    JsonWriter json(out);
    encode(json, value);
    return out;
}

/// So many fit into a message of 64 KB, at which some clients cap.
inline constexpr std::size_t maxTxidsPerMessage = 500;        ///< about 34 KB
inline constexpr std::size_t maxFallenOutPerMessage = 100;    ///< of a reorg; REST has the rest
inline constexpr std::size_t maxTransactionsPerMessage = 100; ///< about 40 KB

} // namespace tipwatch
