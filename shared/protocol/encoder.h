// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"
#include "shared/protocol/json_writer.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/stream_metrics.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tipwatch {

/// Feerates, rates and times that are measured are told to a thousandth; more digits only cost bytes.
double toThousandth(double value);

/// The canonical form of every value, in whatever encoding. REST answers and stream messages both come from here, so they cannot differ.
/// Amounts are satoshi, feerates sat/vB, sizes bytes; what is unknown is null.
void encode(ValueWriter &out, const Tip &tip);
void encode(ValueWriter &out, const BlockSummary &block);
void encode(ValueWriter &out, const MempoolEntry &entry);
void encode(ValueWriter &out, const MempoolSummary &mempool);
void encode(ValueWriter &out, const FeeEstimates &fees);
void encode(ValueWriter &out, const NetworkInfo &network);
void encode(ValueWriter &out, const Peer &peer);
void encode(ValueWriter &out, const StreamMetrics &metrics);
void encode(ValueWriter &out, const SourceStatus &status);
void encode(ValueWriter &out, const MempoolTxids &txids);

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

/// One message of the stream: the envelope with its data.
struct EncodedMessage {
    Channel channel;
    std::string json;
};

/// No message passes the 64 KB at which some clients cap: longer lists are cut into several messages of one position.
inline constexpr std::size_t maxTxidsPerMessage = 500;        ///< about 34 KB
inline constexpr std::size_t maxTransactionsPerMessage = 100; ///< about 40 KB

/// An event as the stream says it, in the order in which it is to be sent.
std::vector<EncodedMessage> encodeEvent(const ChainEvent &event);

/// The message of a state channel that says what @p snapshot holds; nothing for an event channel.
/// @p timestamp in Unix ms.
std::optional<std::string> encodeState(Channel channel, const ChainSnapshot &snapshot, std::int64_t timestamp);

} // namespace tipwatch
